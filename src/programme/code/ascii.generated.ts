/** How characters are written in ASCII, made by `npm run ascii` from any-ascii (ISC, Hunter WB). See `ascii.ts`. */
export const CHARACTERS = `4i c GBP  Y  S
51 u P -
67 ss
6e ae
6o d
6w o      th
7l d
87 h
8h i
8o q
8w l  l
97 ng
9f oe
9z t
ao b   b  6   c    d z     f   hw    k l l   n     gh  p   2  sh t  t
c4 y  z    zh dz  5 ts w c x qc q
d9 e
dh g
f1 y    d  ou  z
fo l n t j db qp   c   s z
g7 e  j  q  r  y a a a b o c d d e e er e e er o j g g g g u y h h i i i l l l lzh w w m n n n o oe u f r r r r r r i r r s sh j i sh t t u u v a w y y z z zh zh   x q pc b oe g h j k l q   dz dzh dz ts tsh tc fng ls lz ww  y y
jt -    _    -
ks _
o3 a e i o u c d h m r t v x  h  s    w   i s s s
q9 a v g d e z i th i k l m n x o p r s s t y f ch ps o
r4 b     ph    q  st  w  q  s
s3 j     sh   s r
ts a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya   dj  ie dz i  j lj nj c    dzh  o  e  ie  e  ie  o  io  ks  ps  f  y    u  o  o  ot  q
w8 100000 1000000  jh    rh  g  gh  gh  j  z  q  g  q  q  ng  ng  ph  w  s  th  u  u  h  ts  j  c  h  ch  ch   gi  q  lh  ng  nh  dzh  mh h      ae    a  e  dzh  j  dz
yx o  y  a
z9 tsh  gh    xh  x  h  d  dj  zj  dz  lj  nj  sj  tj  a  l  lkh  rkh  a  q  w  q  l  n  ph    ny  dzh  dch  l
128 a a b g d e z e y t zh i l kh ts k h dz gh ch m y n sh o ch p j rr s v t r ts w p k o f ev h  -     Dram
14g e e a o i e e a a o o u   -   h      o
15d v g d h v z h t y kh kh l m m n n s  f f ts ts k r s t     YYY v oy ey
16x 0 00 Af
17a i
17k y    u  i  b h t th j h kh d dh r z s sh s d t dh  gh g g y i i  f q k l m n h w a y    a u i   a   i  e e o e e o a u 0 1 2 3 4 5 6 7 8 9     b q a  a u e a o u i t th b t t p th bh dz dz n j ts ch ch d d d dd dh dh dh d d r r r r r zh d zh r sh s ch ts ch th ng f f p v v ph q g k k g g ng kp g gg n g g g l l l l n n n n ny h n  h  h o o o u u u u v y ey e v e ny e   e
1da d r 0 1 2 3 4 5 6 7 8 9 s l n   h
1ea b g j d d h w z h t d y yh k l m n s s  p p s q r sh t bh gh dh a a a o u a e e i e i i i u u o   h   h h
1fx zh kh ph y p p c ny p c ng c dd d r s ng ng g p v g g k b mb n n n sl r z s j c s z j a aa i ii y o oo e ee ch s s g h sh n r b lh k  v m f dh th l g gn s d z t y p j ch th h kh dh x sh s l t z  gh q w a aa i ee u oo e ey o oa  n
1j4 0 1 2 3 4 5 6 7 8 9 a e i e u o o  n b p t j c d r rr s gb f k l n m ny n h w y ny j c r
1ki n
1kq -    D T
1mo a b g d h u z h t i k l m n s  p s q r sh t d kd
1nk n j n t n n bh r l l s
1ok u y y   nj c th th g
1p3 e
1pa a a b b c t vb gb zl mv y ny r w y  dz ts kh u z n k q mb mp tt nr ny f q n ph th th ch kh gy ky n n l gr
1r7 e o ou e on oun en
1rk a u i u e a i o u e e un on o o  m m m h a a a i i u u r l e e e ai o o o au k kh g gh n c ch j jh n t th d dh n t th d dh n  p ph b bh m y r  l l  v s s s h o o   a i i u u r r e e e ai o o o au  e a Om     e u u
1uo r l l l   0 1 2 3 4 5 6 7 8 9   a o o a u u d zh y g j  d b  m m h  a a i i u u r l   e ai   o au k kh g gh n c ch j jh n t th d dh n t th d dh n  p ph b bh m y r  l    s s s h     a i i u u r r   e ai   o au  t
1xz u
1y8 r l l l   0 1 2 3 4 5 6 7 8 9 r v Rs Rs 1 2 3 1 3   g m     m m h  a a i i u u     e ai   o au k kh g gh n c ch j jh n t th d dh n t th d dh n  p ph b bh m y r  l   v   s h     a i i u u     e ai   o au
21o r
21y 0 1 2 3 4 5 6 7 8 9 m     y
22p m m h  a a i i u u r l e  e ai o  o au k kh g gh n c ch j jh n t th d dh n t th d dh n  p ph b bh m y r  l l  v s s s h     a i i u u r r e  e ai o  o au    Om
25c r l l l   0 1 2 3 4 5 6 7 8 9  Rs
261 zh
269 m m h  a a i i u u r l   e ai   o au k kh g gh n c ch j jh n t th d dh n t th d dh n  p ph b bh m y r  l l  v s s s h     a i i u u r r   e ai   o au
28m i u
28v y r l l l   0 1 2 3 4 5 6 7 8 9  w 1 2 3 1 2 3
29u m k  a a i i u u    e e ai  o o au k    n c  j  n t    n t    n n p    m y r r l l l v s s s h     a i i u u    e e ai  o o au    Om
2c7 u
2cm 0 1 2 3 4 5 6 7 8 9 10 100 1000
2d5 Rs
2dc m n m h m a a i i u u r l  e e ai  o o au k kh g gh n c ch j jh n t th d dh n t th d dh n  p ph b bh m y r r l l l v s s s h     a i i u u r r  e e ai  o o au
2fq i  c z r   n   r l l l   0 1 2 3 4 5 6 7 8 9
2go 0 1 2 3 1 2 3  m m m h  a a i i u u r l  e e ai  o o au k kh g gh n c ch j jh n t th d dh n t th d dh n  p ph b bh m y r r l l  v s s s h     a i  u u r r  e  ai  o o au
2ja i
2jh n l  r l l l   0 1 2 3 4 5 6 7 8 9  h h m
2kg m m m h m a a i i u u r l  e e ai  o o au k kh g gh n c ch j jh n t th d dh n t th d dh n n p ph b bh m y r r l l l v s s s h t    a i i u u r r  e e ai  o o au  r      m y l u 2 4 12 16 32 48 64 i r l l l   0 1 2 3 4 5 6 7 8 9 10 100 1000 80 160 240 20 40 60  n n r l l k  m m h  a a ae ae i i u u r r l l e e ai o o au    k kh g gh n ng c ch j jh n jn nj t th d dh n nd t th d dh n  nd p ph b bh m mb y r  l   v s s s h l f
2q7 a ae ae i i u  u  r e  ai o o au u
2qu 0 1 2 3 4 5 6 7 8 9   r l
2rl k kh kh kh kh kh ng ch ch ch s ch y d t th th th n d t th th th n b p ph f ph f ph m y r rue l lue w s s s h l o h  a a a am i i ue ue u u      B e ae o ai ai  -
2tp m   0 1 2 3 4 5 6 7 8 9
2v5 k kh  kh  gh ng ch ch x  jh gn n t th d dh n d t th th dh n b p ph f ph f bh m y r  l  v s s s h l  h  a a a am i i u u ou ou  o l y   e e o ai ai  -
2x9 o   0 1 2 3 4 5 6 7 8 9   n m g gn
2yo Om
2yz -
2zk 0 1 2 3 4 5 6 7 8 9 1- 2- 3- 4- 5- 6- 7- 8- 9- 0-
30g k kh g  ng c ch j  ny t th d  n t th d  n p ph b  m ts tsh dz  w zh z  y r l sh s s h   r q r      i  u   r  l e ai o au m h i  m m     h h   h h h h k kh g  ng c ch j  ny t th d  n t th d  n p ph b  m ts tsh dz  w zh z  y r l sh s s h   w y r
35s k kh g gh n c ch j jh n nn t th d dh n t th d dh n p ph b bh m y r l v s h l   i i u u e e o o a a i i u u e ai i ao e m     y r v h ss 0 1 2 3 4 5 6 7 8 9   n r l e s s r r l l r r l l n jh b b n m l sh o   s pw o u      n yw ghw i o u e k kh g c z n d n ph f b x h v a e e ai
39q f  0 1 2 3 4 5 6 7 8 9   a ai
3bk a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h e y w x o f e  g    ae  w
3k0 ha hu hi ha he h ho hoa le lu li la le l lo lwa ha hu hi ha he h ho hwa me mu mi ma me m mo mwa se su si sa se s so swa re ru ri ra re r ro rwa se su si sa se s so swa she shu shi sha she sh sho shwa ke ku ki ka ke k ko koa kwe  kwi kwa kwe kwi   ke ku ki ka ke k ko  kwe  kwi kwa kwe kwi   be bu bi ba be b bo bwa ve vu vi va ve v vo vwa te tu ti ta te t to twa che chu chi cha che ch cho chwa ha hu hi ha he h ho hoa hwe  hwi hwa hwe hwi   ne nu ni na ne n no nwa nye nyu nyi nya nye ny nyo nywa a u i a e  o wa ke ku ki ka ke k ko koa kwe  kwi kwa kwe kwi   he hu hi ha he h ho  hwe  hwi hwa hwe hwi   we wu wi wa we w wo woa a u i a e  o  ze zu zi za ze z zo zwa zhe zhu zhi zha zhe zh zho zhwa ye yu yi ya ye y yo yoa de du di da de d do dwa de du di da de d do dwa je ju ji ja je j jo jwa ge gu gi ga ge g go goa gwe  gwi gwa gwe gwi   nge ngu ngi nga nge ng ngo ngwa te tu ti ta te t to twa che chu chi cha che ch cho chwa pe pu pi pa pe p po pwa tse tsu tsi tsa tse ts tso tswa tse tsu tsi tsa tse ts tso tsoa fe fu fi fa fe f fo fwa pe pu pi pa pe p po pwa rya mya fya
3u1 1 2 3 4 5 6 7 8 9 10 20 30 40 50 60 70 80 90 100 10000    mwe mwi mwe mwi bwe bwi bwe bwi fwe fwi fwe fwi pwe pwi pwe pwi
3y0 ye yi yo yu yv mv   - e iy i ii o oo oo e i a aa we we wi wi wii wii wo wo woo woo wo wa wa waa waa wa ai w  t k sh s n w  h w c n l e i o a pe piy pi pii po poo poo he hi pa paa pwe pwe pwi pwi pwii pwii pwo pwo pwoo pwoo pwa pwa pwaa pwaa pwa p p h te tiy ti tii to too too de di ta taa twe twe twi twi twii twii two two twoo twoo twa twa twaa twaa twa t te ti to ta ke kiy ki kii ko koo koo ka kaa kwe kwe kwi kwi kwii kwii kwo kwo kwoo kwoo kwa kwa kwaa kwaa kwa k kw ke ki ko ka ce ciy ci cii co coo coo ca caa cwe cwe cwi cwi cwii cwii cwo cwo cwoo cwoo cwa cwa cwaa cwaa cwa c c me miy mi mii mo moo moo ma maa mwe mwe mwi mwi mwii mwii mwo mwo mwoo mwoo mwa mwa mwaa mwaa mwa m m mw m m ne niy ni nii no noo noo na naa nwe nwe nwa nwa nwaa nwaa nwa n ng nw le liy li lii lo loo loo la laa lwe lwe lwi lwi lwii lwii lwo lwo lwoo lwoo lwa lwa lwaa lwaa l l l se siy si sii so soo soo sa saa swe swe swi swi swii swii swo swo swoo swoo swa swa swaa swaa swa s s sw s sk skw sw spwa stwa skwa scwa she shi shii sho shoo sha shaa shwe shwe shwi shwi shwii shwii shwo shwo shwoo shwoo shwa shwa shwaa shwaa sh ye yiy yi yii yo yoo yoo ya yaa ywe ywe ywi ywi ywii ywii ywo ywo ywoo ywoo ywa ywa ywaa ywaa ywa y y y yi re re li riy ri rii ro roo lo ra raa la rwaa rwaa r r r fe fiy fi fii fo foo fa faa fwaa fwaa f the the thi thi thii thii tho thoo tha thaa thwaa thwaa th tthe tthi ttho ttha  te ti to ta hai hi hii hu huu ha haa h h hk qiy qi qii qu quu qa qaa q tle tli tlo tla re ri ro ra ngiy ngi ngii ngu nguu nga ngaa ng nng she shi sho sha the thi tho tha th hli hlii hlu hluu hla hlaa hl the thi thii tho thoo tha thaa th b e i o a we wi wo wa ne ni no na ke ki ko ka ge gi go ga khoo kho khu khe khi kha ghoo gho ghu ghe ghi gha woo wo wu we wi wa whoo who whu whe whi wha too to tu te ti ta too to tu te ti ta boo bo bu be bi ba p goo go gu ge gi ga koo ko ku ke ki ka koo ko ku ke ki ka k noo no nu ne ni na moo mo mu me mi ma yoo yo yu ye yi ya joo jo jo ju je ji ji ja choo cho chu che chi cha loo lo lu le li la dloo dlo dlu dle dli dla lhoo lho lhu lhe lhi lha tloo tlo tlu tle tli tla tloo tlo tlu tle tli tla zoo zo zu ze zi za z z dzoo dzo dzu dze dzi dza soo so su se si sa shoo sho shu she shi sha sh choo cho chu che chi cha tsoo tso tsu tse tsi tsa tsoo tso tsu tse tsi tsa   qai ngai nngi nngii nngu nnguu nnga nngaa thwe thwi thwii thwo thwoo thwa thwaa th w
4n4 k kh k kh ng ch chh ch chh nh d th d th n t th t th n b ph p ph m y r l v s s s h l   a e ei o o ou au rue rueu lue lueu ae ai ao ao ov   a e ei oe eu o ou uo aeu oea ie e ae ai ao au am ah ak   a r    a
4pj - -Lo-   CR     0 1 2 3 4 5 6 7 8 9
4q8 0 1 2 3 4 5 6 7 8 9
4qu - -   -      0 1 2 3 4 5 6 7 8 9
4rk a e i o u o u e n ng b p h g m l s x t d q j y r w f k k c z h r lh zh ch  e i o u o u ng b p h g m t d q j c y v k g h j ny z e i y u u ng k g h p x t d j f g h c z r ch zh i k r f zh x
4u8 m h h h h 3 9 a i k ng ts t th d n t d p ph s zh z  t zh gh ng ts dzh t dh t dh s c zh z w y bh  lh      oy ay aay way poy pay pwoy tay kay kway may noy nay lay soy say shoy shay shwoy yoy yay ray nwi nwi nwii nwii nwo nwo nwoo nwoo rwe rwi rwii rwo rwoo rwa p t k c m n s sh w w y  rwe loo laa thwe thwa tthwe tthoo tthaa tlwe tloo shwe shoo goo gwo goo gaa gwa joo jwe l r s
4xt k kh g gh n c ch j jh n t th d dh n p ph b bh m y r l v s s s h jn tr  a i u e ai o au e o y r v     k n m t n p m r l h
4zq 0 1 2 3 4 5 6 7 8 9 g h ng z s y d t l b p m f w hh  k c n aa i e ae u o oa ue oe aue ai
51e g k ng g k ng z s y z s y d t n d t n b p m b p m f w l f w l h dd bb h dd bb gw kw gw kw sw sw      aa i u u e ae o oa ue ai aai ui oi oai uei ii w ng n m k t p
53k 0 1 2 3 4 5 6 7 8 9 1
55s k kh kh k kh kh ng ch s ch s s ny t th d th n t th t th n b p ph f p f ph m ny y h lue l lue w s s s h l  h i i u u e o lae th r l lng ng ng p th m b s   a a a a i i ue ue u u o o oy e ae o ai ai o m
58b -     0 1 2 3 4 5 6 7 8 9
58w 0 1 2 3 4 5 6 7 8 9
59c w ww s     -      ch
5a7 w w
5ak g r t
5c0 m ng ng r h a a i i u u re ro le lo e ai o au k kh g gh ng c ch j jh ny t th d dh n t th d dh n p ph b bh m y r l w s s s h  a i i u u re ro le lo e ai o au e o  q x ts f v z sy jny    0 1 2 3 4 5 6 7 8 9
5eo -
5fk ng r h a i u e o e eu k q g ng c j z ny t d n p f v b m y r l w s x h y r l i u e o e eu   m w kh sy 0 1 2 3 4 5 6 7 8 9  reu leu bh k m   h h h b b p p n n w w w g g j d r r m m t t s s s y y ng l l ny c nd mb i u  e e e i i o o u u ng h
5j4 k kl kh g gl ng c ch j ny t th d n p pl ph f fl b bl m ml ts tsh z y r l h hl v s sh w  y r a i o o u u e k m l n p r t ng ng
5kw 0 1 2 3 4 5 6 7 8 9    t th d 0 1 2 3 4 5 6 7 8 9 a t g m l a k j m w i s h n r u c d n y e p d n r o t b n h m  m      v d o s t t  e u  tj
5ok L K D B
5pe h h h h h h h m m m m m m m m m h h  h h
5q8 a ae ae b c d d e e i j k l m n o o o o o oe ou o o p r r t u u u w v w z zh   g l p r ps l    B
5rv N
5se i
5t7 ue b d f m n p r r s t z g  g th i i p u u b d f g k l m n p r s sh v x z a a d e e e e i o sh u zh
5vu r
5w3 a ae ao av c d d g g k l l m n n r r s s z a b b e f l o p sh u w a o u
61o s s  d
64b ll  v  y  ha  ha  ha  ha
64x he  he  he
65d hi  hi  hi  hi
65t hi  hi  hi  hi
669 ho  ho  ho
66p hy  hy  hy  hy
675 ho  ho  ho  ho
681 ha  ha  ha  ha
68h hi  hi  hi  hi
68x ho  ho  ho  ho
6at rh
6c0 -  - - - -  _
6cn -
6cw 0 00
6da - _ -   -
6dn P     _    _
6g0 CE C Cr F L m N Pts  W NIS d EUR K T Dr Pf P G A HRN C lt Sm T Rs TL M Manat Rb Lari BTC Som
6k5 a b
6ku f
6mc c 6 L
7aj 11 12 13 14 15 16 17 18 19 20 1 2 3 4 5 6 7 8 9 10 0
7sm 1 2 3 4 5 6 7 8 9 10 1 2 3 4 5 6 7 8 9 10 1 2 3 4 5 6 7 8 9 10
8rl l    a t  h  k  z     v  w v  h o e r o e
8w0 a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h e y w x o  e      ae   a b b g g dj dj d d d d e f k k k h h h h  x x q q i j j j l m n gn ng p u r r gh gh gh s s c t t tc t v w y z z z e o
8zk loa moa roa soa shoa boa toa choa noa nyoa oa zoa doa doa joa toa choa poa poa ngwe ngwi ngwe ngwi
90g she shu shi sha she sh sho  che chu chi cha che ch cho  zhe zhu zhi zha zhe zh zho  che chu chi cha che ch cho  kye kyu kyi kya kye ky kyo  kye kyu kyi kya kye ky kyo  hye hyu hyi hya hye hy hyo  gye gyu gyi gya gye gy gyo  b v g d zh z k l m n o p r s t kh ts ch sh shch f st a e dj u e yu ia e o io
93j _ _ _
93u -
94h -  -      S -- ---    C    -
959 P
95p -
9hh -  0
9i9 1 2 3 4 5 6 7 8 9
9io wavy_dash
9iw 10 20 30 - Masu part_alternation_mark    a a i i u u e e o o ka ga ki gi ku gu ke ge ko go sa za shi ji su zu se ze so zo ta da chi ji t tsu zu te de to do na ni nu ne no ha ba pa hi bi pi fu bu pu he be pe ho bo po ma mi mu me mo ya ya yu yu yo yo ra ri ru re ro wa wa i e o n vu ka ka
9lp -    a a i i u u e e o o ka ga ki gi ku gu ke ge ko go sa za shi ji su zu se ze so zo ta da chi ji t tsu zu te de to do na ni nu ne no ha ba pa hi bi pi fu bu pu he be pe ho bo po ma mi mu me mo ya ya yu yu yo yo ra ri ru re ro wa wa i e o n vu ka ka va vi ve vo -  -
9ol b p m f d t n l g k h j q x zh ch sh r z c s a o e e ai ei ao ou an en ang eng er i u u v ng gn i e n  g kk gs n nj nh d tt l lg lm lb ls lt lp lh m b pp bs s ss  j jj ch k t p h a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i  nn nd ns nz lgs ld lbs lz lq mb ms mz w bg bd bsg bsd bj bt v ff sg sn sd sb sj z  ng ngs ngz f hh q yoya yoyae yoi yuyeo yuye yui o oi    1 2 3 4
9sw b j ji g e enn oo onn ir ann inn unn m ng ainn aunn am om ong inn p t k h v dl y k gw kw eu a
9v4 k s s t n h h h h h m r r r r r
9wg 1 2 3 4 5 6 7 8 9 10
9xk 10 20 30 40 50 60 70 80
9z4 1 2 3 4 5 6 7 8 9 10
wk0 bb b p dd d t gg g k rr zh ch zz z c m n l s r ss ng h h h f w sh y e a ai ei ei i o u u e e l q  x r t   e e he we we pe be be mbe kpe mgbe gbe fe ve te the de dhe le re de nde se she ze zhe che je nje ye ke ngge ge me ne nye i i hi hi wi wi pi bi bi mbi kpi mgbi gbi fi vi ti thi di dhi li ri di ndi si shi zi zhi chi ji nji yi ki nggi gi mi ni nyi a a nga ha ha wa wa pa ba ba mba kpa kpa mgba gba fa va ta tha da dha la ra da nda sa sha za zha cha ja nja ya ka ka ngga ga ma na nya o o ho wo wo po bo bo mbo kpo mgbo gbo fo vo to tho do dho lo ro do ndo so sho zo zho cho jo njo yo ko nggo go mo no nyo u u hu hu wu wu pu bu bu mbu kpu mgbu gbu fu vu tu thu du dhu lu ru du ndu su shu zu zhu chu ju nju yu ku nggu gu mu nu nyu o o ngo ho ho wo wo po bo bo mbo kpo mgbo gbo gbo fo vo to tho do dho lo ro do ndo so sho zo zho cho jo njo yo ko nggo go mo no nyo e e nge he he we we pe be be mbe kpe kpe mgbe gbe gbe fe ve te the de dhe le re de nde se she ze zhe che je nje ye ke ngge ngge ge ge me ne nye ng h    fa ka so Feng Keng Ting Nii Bang Faa Taa Dang Dong Kung Tong Doo Jong 0 1 2 3 4 5 6 7 8 9 ma do
wu9 z  dz  dz  i  dj  u  o    y  ie  oi  ia  e  o  ie  in  ts  dg  lg  mg  o  oo  oo O  10000000 100000000 1000000000  ie i i u  y  o      dw  dzw  zhw  cch  dz  t  tw  tsw  ts  tch  hw  shw  oo  o   f ie a ka u ku e re te o nyi i la pa rii rie lee mee taa ndaa njem m suu mu shii si shux sux kye ket nue nu njue yo shu yu ya nsha kux pux nje nte pu wu pe fe ru lu mi ni rux re ken ngkwen ngga nga sho pue fu fom wa na li pi lo ko mben ren men ma ti ki 1 2 3 4 5 6 7 8 9 0
x09 -
x0n h  tz  3  4  4 f s  aa  ao  au  av  av  ay  c  k  k  k  l  l  o  o  oo  p  p  p  q  q  r  r  v  vy  z  th  th  v    s    d l m n r r t s  d  f   ng  ll  r  s  t
x3i l -  n  c c h  b  f  ae  oe  ue  g  k  n  r  s      q      b  o  u  a  i  u  o  w     d  s   s    g  thth  ww  s  s  l
x6e h I   w F P M I M a i i u e o  k kh g gh ng c ch j jh t th d dh t th d dh n p ph b bh m r l r s h a i u e o
x80 1 2 3 1 2 3   Rs
xa8 m h a a i i u u r r l l e e ai o o au k kh g gh n c ch j jh n t th d dh n t th d dh n p ph b bh m y r l v s s s h l h a i i u u r r l l e e ai o o au  m
xcg 0 1 2 3 4 5 6 7 8 9
xcw 0 1 2 3 4 5 6 7 8 9 a u k n p r v  m m mm m2 m3 m - -    Om a a 0 1 2 3 4 5 6 7 8 9 k hk g ng s hs z ny t ht n p hp m d b r y l w th h v j a oe i o ue ae u e aw
xhc m ng r h a i i i u re le lo e ai o k q kh g gh ng c ch j jny jh ny t th d dh n t th d dh n p ph b bh m y r r l w s s s h  a o i i u u e ai e re y r
xjj - 0 1 2 3 4 5 6 7 8 9
xk0 gh ch jh n bh  - n f g gh j jh d dh n 0 1 2 3 4 5 6 7 8 9 l d dh b bh  a i u e ai o k kh g gh ng ng c ch j jh ny ny nj t th d dh n n nd p pp ph b bh m m mb y r l w x s h a i i ei u e o ai au u y r l w
xmo k g ng ng c t n p y r l x m h   0 1 2 3 4 5 6 7 8 9
xnk g c ch j jh n t th d dh dh n s h l f - x z r oay n hm    r    ch sh k k kh kh x x g g ng ng ch ch chh chh s s ny ny d d t t th th n n b b p p ph ph f f m m y y r r l l v v h h   a aa i ue u ae o oa ia uea ua aue ai an am
xqz Kon Nueng -   e o ch n t th d dh n s s i u ai au au    - - h
xs1 thu thi tha the th tho   dhu dhi dha dhe dh dho   dzu dzi dza dze dz dzo
xsw che chu chi cha che ch cho  be bu bi ba be b bo  a ae e e e f g l l l m n ng o o o oe oe oe oo oo r r r rr r rr r r sh u u ui ui u x x x x x x x y      ia ie oe uo a o dz ts r
xv4 a e i o u v ga ka ge gi go gu gv ha he hi ho hu hv la le li lo lu lv ma me mi mo mu na hna nah ne ni no nu nv qua que qui quo quu quv sa s se si so su sv da ta de te di ti do du dv dla tla tle tli tlo tlu tlv tsa tse tsi tso tsu tsv wa we wi wo wu wv ya k s l m p n c t kh n th w y h u i ph a g jh r b j d gh dh bh k l m p n t n i o i a e ou u ei m      0 1 2 3 4 5 6 7 8 9
1dr1 u
1dre ia ia ie ie iw iw iu iu io io iu iu ie ie ie ia ia ia     ij ih im ia iy
1dtj ka
1dum un- in- a- u- i- -a ir iz im in ia iy
1dvk ka
1dvs ma
1dw7 ij ih ikh im ih
1dy7 im ih
1dyq a- u- i-
1e0s aan aan
1e5u Allah akbar Muhammad  rasul alayhi wa-sallam salla sallaAllahalayhiwa-sallam jallajalalahu Riyal
1e89 - - - -
1e9c an an un _ in
1e9o - -
1e9x u u   i i i i a a
1ed7 la la
1eht g kk gs n nj nh d tt l lg lm lb ls lt lp lh m b pp bs s ss  j jj ch k t p h    a ae ya yae eo e   yeo ye o wa wae oe   yo u wo we wi yu   eu ui i
1fiw a ai ai e br ch hch e ei h hy i k hk ky l m n o oi p hp s sh t ht c hc ch d u w x g z zh
1h4x b p t t j ch h kh f d d r r z s sh k g l m n w u y i ng ny v a i u e o  m
1h68 0 1 2 3 4 5 6 7 8 9
1hxc m m h a i u e k kh g gh n c ch j jh n t th d dh n t th d dh n p ph b bh m y y r l w s h a i i u u e ai o au oi o au    0 1 2 3 4 5 6 7 8 9     lh a ei v
2oma a d l m b s p bh r e f i o dh yh w n k y u j c h q g ny t nh v x gb z kp sh
2onk 0 1 2 3 4 5 6 7 8 9
2q8g A B C D E F G H I J K L M N O P Q R S T U V W X Y Z
2q9c A B C D E F G H I J K L M N O P Q R S T U V W X Y Z`;

/** Sounds of ideographs in the order of the alphabet, each with the first that has it; the last has the last of all. */
export const SOUNDS = `a吖ai哎an安ang肮ao凹ba丷bai挀ban扳bang邦bao勹bei卑ben奔beng伻bi屄bian边biao灬bie憋bin汃bing冫bo癶bu峬ca嚓cai偲can参cang仓cao撡ce冊cen嵾ceng曽cha叉chai芆chan辿chang伥chao抄che车chen抻cheng阷chi吃chong充chou抽chu出chua歘chuai揣chuan巛chuang刅chui吹chun旾chuo逴ci呲cong匆cou凑cu粗cuan汆cui崔cun邨cuo搓da咑dai呆dan丹dang当dao刀de嘚den扥deng灯di氐dia嗲dian敁diao刁die爹ding丁diu丟dong东dou吺du厾duan耑dui垖dun吨duo多e妸ei诶en奀eng鞥er儿fa发fan帆fang匚fei飞fen分feng丰fiao覅fo仏fou紑fu夫ga旮gai侅gan甘gang冈gao皋ge戈gei给gen根geng刯gong工gou勾gu估gua瓜guai乖guan关guang光gui归gun丨guo呙ha哈hai咍han佄hang夯hao茠he诃hei黒hen拫heng亨hm噷hong叿hou齁hu乎hua花huai怀huan欢huang巟hui灰hun昏huo吙ji丌jia加jian戋jiang江jiao艽jie阶jin巾jing坕jiong冂jiu丩ju凥juan姢jue噘jun军ka咔kai开kan刊kang忼kao尻ke匼kei剋ken肎keng劥kong空kou抠ku扝kua夸kuai蒯kuan宽kuang匡kui亏kun坤kuo扩la垃lai来lan兰lang啷lao捞le仂lei勒leng崚li哩lia俩lian奁liang良liao撩lie毟lin拎ling伶liu溜lo囖long龙lou瞜lu噜luan娈lue掠lun抡luo啰m呣ma妈mai埋man嫚mang牤mao猫me嚒mei呅men椚meng擝mi咪mian宀miao喵mie乜min民ming名miu谬mo摸mou哞mu毪na拏nai腉nan囡nang囔nao孬ne疒nei娞nen恁neng能ng嗯ni妮nian拈niang娘niao鸟nie捏nin囜ning宁niu妞nong农nou羺nu奴nuan奻nue疟nun黁nuo郍o喔ou讴pa妑pai拍pan眅pang乓pao抛pei呸pen喷peng匉pi丕pian囨piao剽pie氕pin姘ping乒po钋pou剖pu仆qi七qia掐qian千qiang呛qiao悄qie苆qin亲qing靑qiong卭qiu丘qu区quan奍que炔qun夋ran呥rang穣rao娆re惹ren人reng扔ri日rong戎rou厹ru邚rua挼ruan堧rui婑run瞤ruo捼sa仨sai毢san三sang桒sao掻se閪sen森seng僧sha杀shai筛shan山shang伤shao弰she奢shei谁shen申sheng升shi尸shou収shu书shua刷shuai衰shuan闩shuang双shui脽shun吮shuo说si厶song忪sou凁su苏suan狻sui夊sun孙suo唆ta他tai囼tan坍tang汤tao夲te忑teng熥ti剔tian天tiao旫tie帖ting厅tong囲tou偷tu凸tuan湍tui推tun吞tuo乇wa屲wai歪wan弯wang尢wei危wen昷weng翁wo挝wu乌xi夕xia呷xian仙xiang乡xiao灱xie些xin心xing星xiong凶xiu休xu吁xuan吅xue削xun坃ya丫yan恹yang央yao幺ye倻yi一yin囙ying应yo哟yong佣you优yu込yuan囦yue曰yun晕za帀zai災zan兂zang匨zao傮ze则zei贼zen怎zeng増zha扎zhai夈zhan枬zhang张zhao佋zhe蜇zhen贞zheng凧zhi之zhong中zhou州zhu朱zhua抓zhuai跩zhuan专zhuang妆zhui隹zhun宒zhuo拙zi乲zong宗zou邹zu租zuan钻zui厜zun尊zuo嘬咗`;
