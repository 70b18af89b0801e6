"""One form for what people type: width, case, traditional characters, spaces, platform codes."""

import re
import unicodedata

#: Longer texts are judged by this many characters; what somebody wants is said early.
LONGEST = 600

# Pairs, traditional then simplified: the characters service talk really uses, not a converter.
_PAIRS = (
    "們们個个這这還还後后開开關关時时間间發发會会來来對对買买賣卖錢钱價价貨货單单請请問问嗎吗麼么為为樣样給给換换壞坏"
    "裝装師师電电話话錯错誤误顏颜類类優优員员訂订運运費费險险沒没過过點点應应該该實实際际質质無无條条經经說说謝谢碼码"
    "長长緊紧寬宽鬆松舊旧髒脏斷断縮缩線线褲裤襪袜帶带鏡镜機机螢萤壓压熱热燈灯響响聲声連连網网號号帳账戶户額额減减漲涨"
    "變变標标籤签檢检驗验證证據据處处審审認认確确選选擇择講讲聽听讓让從从將将與与並并嚐尝嘗尝試试樂乐愛爱歡欢願愿轉转"
    "達达遲迟遠远邊边進进內内區区縣县鄉乡鎮镇門门樓楼廠厂產产業业務务廣广東东車车輪轮飛飞餅饼飯饭麵面雞鸡魚鱼蝦虾蘋苹"
    "葉叶園园藥药醫医療疗傷伤燙烫爛烂臟脏蟲虫髮发黴霉異异騙骗詐诈訴诉報报協协監监規规則则約约預预備备補补償偿賠赔損损"
    "滿满萬万億亿雙双兩两幾几歲岁兒儿媽妈爺爷親亲購购寶宝貝贝賬账寫写錄录記记憶忆讀读書书紙纸張张畫画圖图腦脑筆笔鍵键"
    "顯显觸触遊游戲戏動动絲丝綿绵紅红藍蓝綠绿黃黄銀银銅铜鐵铁鋼钢鋁铝鑽钻當当盡尽總总結结極极終终於于閉闭闆板隨随隻只"
    "雖虽難难離离雲云須须題题顧顾頭头養养餘余饑饥駕驾駛驶驚惊齊齐龍龙嚇吓嚴严團团圍围執执場场塊块塵尘壽寿夠够夢梦奪夺"
    "奮奋獎奖學学寧宁導导層层屬属島岛幹干庫库廢废彈弹強强彎弯徑径復复徵征態态惱恼慮虑憂忧懷怀戰战擔担擋挡擠挤擺摆擾扰"
    "攔拦敗败敵敌數数曆历曬晒棄弃樹树橋桥檔档櫃柜欄栏歸归殘残毀毁氣气決决況况涼凉淚泪測测濕湿滅灭漿浆潔洁澀涩濟济灑洒"
    "爐炉牆墙狀状獨独獲获現现環环畢毕瘋疯癢痒盜盗盤盘眾众睏困礙碍禮礼種种稱称積积穩稳窩窝窮穷競竞節节範范築筑簡简籃篮"
    "糧粮糾纠級级純纯細细組组絕绝統统維维緩缓縫缝織织繞绕繼继續续纖纤罰罚聞闻聯联職职肅肃腳脚腫肿膠胶臉脸臨临舉举艱艰"
    "莊庄華华蓋盖薦荐虧亏虛虚衝冲複复見见視视覺觉觀观訊讯許许評评詢询誠诚談谈調调識识譯译護护豐丰財财貪贪貫贯責责貴贵"
    "貼贴賀贺資资賞赏賴赖贈赠贊赞趕赶跡迹踐践蹤踪軟软較较載载輕轻辦办辭辞農农遞递適适遺遗郵邮醜丑釋释針针鈕钮鎖锁鏈链"
    "閃闪閒闲闊阔陽阳隱隐雜杂靜静韓韩頁页項项順顺領领頻频風风館馆騎骑體体鬧闹裡里裏里妳你臺台啟启著着"
)
_SIMPLER = {ord(traditional): simple for traditional, simple in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)}
_QUOTES = {ord(mark): "'" for mark in "’‘`´ʼ"}
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\x00-\x08\x0b-\x1f\x7f\ufffd]+")
_CODES = re.compile(r"#e-\w*\[?[^\s\]]*\]?|\[[a-z]+[_x]?\d*x?\]|https?://\S+|<[^<>]{1,40}>")
_SPACES = re.compile(r"\s+")
_HAN = "\u3400-\u9fff"
_INNER = re.compile(rf"(?<=[{_HAN},。!?、;:]) (?=[{_HAN},。!?、;:])")
_REPEATED = re.compile(r"([^\d\s])\1{3,}")


def normalised(text: str) -> str:
    """NFKC, lower case, simplified characters, plain quotes, single spaces (none in Chinese); at most `LONGEST` characters."""
    found = unicodedata.normalize("NFKC", text[: 2 * LONGEST]).lower().translate(_QUOTES).translate(_SIMPLER)
    found = _CODES.sub(" ", _INVISIBLE.sub(" ", found))
    found = _INNER.sub("", _SPACES.sub(" ", found)).strip()
    return _REPEATED.sub(r"\1\1\1", found)[:LONGEST]
