import anyAscii from "any-ascii";
import { expect, it } from "vitest";
import { toAscii } from "../../../src/programme/code/ascii.ts";

it("ideographs are read by the runtime's own order, as any-ascii reads 99.5 % of them", () => {
  const { locale, collation } = new Intl.Collator("zh-Hans-CN-u-co-pinyin").resolvedOptions();
  expect([locale, collation]).toEqual(["zh-Hans-CN-u-co-pinyin", "pinyin"]);
  const ideographs = Array.from({ length: 0x9fff - 0x4e00 + 1 }, (_, index) => String.fromCodePoint(0x4e00 + index));
  const other = ideographs.filter((text) => toAscii(text) !== anyAscii(text));
  expect(other.length).toBeLessThan(ideographs.length * 0.005);
  // What has no sound in that order is left out, and is no wrong one.
  expect(toAscii("㐀")).toBe("");
});

it("the surnames that most people of China have are read as they are spoken", () => {
  const names =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万武钱戴严莫孔向常";
  expect(Array.from(names, toAscii).join(" ")).toBe(
    "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang Xu Han Deng Feng Cao Peng Xiao Tian Dong Pan Yuan Cai Jiang Yu Yu Du Ye Cheng Wei Su Lu Ding Ren Lu Yao Shen Zhong Jiang Cui Tan Lu Fan Wang Liao Shi Jin Wei Jia Xia Fu Fang Zou Xiong Bai Meng Qin Qiu Hou Jiang Yin Xue Yan Duan Lei Long Li Shi Tao He Mao Hao Gu Gong Shao Wan Wu Qian Dai Yan Mo Kong Xiang Chang",
  );
});
