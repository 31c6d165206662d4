import { readFileSync } from "node:fs";
import { join } from "node:path";
import anyAscii from "any-ascii";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildAscii } from "../../../scripts/ascii-build.ts";
import { ROOT } from "../../../scripts/root.ts";
import { toAscii } from "../../../src/programme/code/ascii.ts";

/** What of ASCII a code may have. */
const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9_-]/g, "");

/** All letters, marks and digits of a script. */
function charactersOf(script: string): string[] {
  const wanted = new RegExp(`^[[\\p{L}\\p{M}\\p{N}]&&\\p{Script=${script}}&&[\\u0080-\\uffff]]$`, "v");
  return Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter((text) => wanted.test(text));
}

/** Scripts of Plane 0 in use, but Han, Hangul and Yi. */
const SCRIPTS =
  "Arabic Armenian Balinese Bamum Batak Bengali Bopomofo Canadian_Aboriginal Cham Cherokee Common Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Hebrew Hiragana Inherited Javanese Kannada Katakana Kayah_Li Khmer Lao Latin Lepcha Limbu Lisu Malayalam Mandaic Meetei_Mayek Mongolian Myanmar New_Tai_Lue Nko Ol_Chiki Oriya Saurashtra Sinhala Sundanese Syloti_Nagri Syriac Tai_Le Tai_Tham Tai_Viet Tamil Telugu Thaana Thai Tibetan Tifinagh Vai".split(
    " ",
  );

describe("a text in ASCII", () => {
  it.each([
    ["Łukasz Müller", "Lukasz Muller"],
    ["Đặng Thị Hương", "Dang Thi Huong"],
    ["Þórdís Guðmundsdóttir", "Thordis Gudmundsdottir"],
    ["İbrahim Çağrı Şahin", "Ibrahim Cagri Sahin"],
    ["Straße Œuvre Æsir", "Strasse Oeuvre Aesir"],
    ["ŁUKASZ ÞÓR", "LUKASZ ThOR"],
    ["Ελένη Παπαδοπούλου", "Eleni Papadopoyloy"],
    ["Мария Щербакова", "Mariya Shcherbakova"],
    ["Зоряна Ґеряк Їжак", "Zoryana Geryak Izhak"],
    ["Ђорђе Њежић", "Djordje Njezhic"],
    ["Անահիտ", "Anahit"],
    ["ნინო", "nino"],
    ["أحمد محمد", "hmd mhmd"],
    ["فاطمه", "ftmh"],
    ["נועה כהן", "nvh khhn"],
    ["प्रिया शर्मा", "priya srma"],
    ["ਗੁਰਪ੍ਰੀਤ", "gurprit"],
    ["সুমি", "sumi"],
    ["பிரியா", "piriya"],
    ["สมชาย", "smchay"],
    ["မြန်မာ", "mrnma"],
    ["សុខា", "sokha"],
    ["ሰላም", "selam"],
    ["ᐃᓄᒃ", "inok"],
    ["ᏣᎳᎩ", "TsaLaGi"],
    ["ゆきこ", "yukiko"],
    ["ユキコ", "yukiko"],
    ["ﾕｷｺ", "yukiko"],
    ["김민준", "GimMinJun"],
    ["김민준".normalize("NFD"), "GimMinJun"],
    ["张伟", "ZhangWei"],
    ["張偉", "ZhangWei"],
    ["佐藤", "ZuoTeng"],
    ["李玥喆", "LiYueZhe"],
    ["𞤀𞤣𞤤𞤢𞤥", "Adlam"],
    ["𝓛𝓮𝓪", "Lea"],
    ["Ｌｅａ１", "Lea1"],
    ["①②", "12"],
    ["🅻🅴🅰", "LEA"],
    ["Lea🌸", "Lea"],
    ["٣٤", "34"],
    ["a—b", "a-b"],
    ["O'Neil & Co.", "O'Neil & Co."],
  ])("%s is %s", (text, ascii) => {
    expect(toAscii(text)).toBe(ascii);
  });

  it.each(SCRIPTS)("%s is written as any-ascii writes it", (script) => {
    const characters = charactersOf(script);
    expect(characters.length).toBeGreaterThan(20);
    const other = characters.filter((text) => {
      const ascii = plain(anyAscii(text.normalize("NFC")));
      // It doesn't know the newest letters.
      return ascii !== "" && plain(toAscii(text)) !== ascii;
    });
    expect(other).toEqual([]);
  });

  it("reads every syllable of Hangul as any-ascii does", () => {
    const syllables = Array.from({ length: 11_172 }, (_, index) => String.fromCodePoint(0xac00 + index));
    expect(syllables.filter((text) => toAscii(text) !== anyAscii(text))).toEqual([]);
  });

  it("is ASCII, and the same in pieces as in one, whatever it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20 }), fc.string({ unit: "binary" }), (one, other) => {
        expect(toAscii(one)).toMatch(/^\p{ASCII}*$/u);
        expect(toAscii(`${one}\n${other}`)).toBe(`${toAscii(one)}\n${toAscii(other)}`);
      }),
    );
  });

  it("is made of what npm run ascii gives", () => {
    expect(readFileSync(join(ROOT, "src/programme/code/ascii.generated.ts"), "utf8")).toBe(buildAscii());
  });
});
