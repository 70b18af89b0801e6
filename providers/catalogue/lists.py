"""What providers and listings are described with: platforms, industries, industrial belts, languages, documents.

These lists change with the code, not with the data: a code is stored, and means the same everywhere. Categories and their
attributes are rows (see `models`), because staff edit them.

    PLATFORMS.label("jd")        # "JD.com" or "京东", in the reader's language
    [belt.code for belt in BELTS if belt.industry == "furniture"]
    label("foshan_furniture")    # codes are unique across all lists
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from marketplace.ui.formats import language


@dataclass(frozen=True, slots=True)
class Term:
    """A code with its name in both languages."""

    code: str
    zh: str
    en: str

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.en if language() == "en" else self.zh

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Platform(Term):
    """Where merchants sell. `region` is `cn` or `world`."""

    region: str = "cn"


@dataclass(frozen=True, slots=True)
class Industry(Term):
    """What merchants sell."""


@dataclass(frozen=True, slots=True)
class Belt(Term):
    """产业带: a place known for one industry. `region` is its province (`region_zh`, `region_en`)."""

    region_zh: str = ""
    region_en: str = ""
    industry: str = ""

    @property
    def region(self) -> str:
        """In the reader's language."""
        return self.region_en if language() == "en" else self.region_zh


@dataclass(frozen=True, slots=True)
class Language(Term):
    """A language a service is given in."""


@dataclass(frozen=True, slots=True)
class Document(Term):
    """A paper a category asks for."""


T = TypeVar("T", bound=Term)


class Vocabulary(Generic[T]):
    """An ordered list of terms, found by code."""

    def __init__(self, terms: Iterable[T]) -> None:
        self._terms = {term.code: term for term in terms}

    def __iter__(self) -> Iterator[T]:
        return iter(self._terms.values())

    def __len__(self) -> int:
        return len(self._terms)

    def __contains__(self, code: object) -> bool:
        return code in self._terms

    def __getitem__(self, code: str) -> T:
        return self._terms[code]

    def get(self, code: str) -> T | None:
        return self._terms.get(code)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._terms)

    def label(self, code: str, *, in_language: str = "") -> str:
        """The name of a code in the reader's language (or in `zh` or `en`); an unknown code shows itself."""
        term = self._terms.get(code)
        if term is None:
            return code
        return getattr(term, in_language) if in_language else term.name

    def choices(self) -> list[tuple[str, str]]:
        """For a form, in the reader's language."""
        return [(term.code, term.name) for term in self]


PLATFORMS: Vocabulary[Platform] = Vocabulary(
    Platform(*row)
    for row in (
        ("taobao", "淘宝", "Taobao", "cn"),
        ("tmall", "天猫", "Tmall", "cn"),
        ("jd", "京东", "JD.com", "cn"),
        ("pinduoduo", "拼多多", "Pinduoduo", "cn"),
        ("douyin", "抖音电商", "Douyin shop", "cn"),
        ("kuaishou", "快手电商", "Kuaishou shop", "cn"),
        ("xiaohongshu", "小红书", "Xiaohongshu", "cn"),
        ("wechat", "微信小店", "WeChat shop", "cn"),
        ("alibaba_1688", "1688", "1688.com", "cn"),
        ("dewu", "得物", "Dewu", "cn"),
        ("vipshop", "唯品会", "Vipshop", "cn"),
        ("amazon", "亚马逊", "Amazon", "world"),
        ("tiktok_shop", "TikTok 商城", "TikTok Shop", "world"),
        ("temu", "Temu", "Temu", "world"),
        ("shein", "SHEIN", "SHEIN", "world"),
        ("aliexpress", "全球速卖通", "AliExpress", "world"),
        ("alibaba_com", "阿里国际站", "Alibaba.com", "world"),
        ("ebay", "eBay", "eBay", "world"),
        ("shopee", "虾皮", "Shopee", "world"),
        ("lazada", "来赞达", "Lazada", "world"),
        ("shopify", "Shopify 独立站", "Shopify", "world"),
        ("woocommerce", "WooCommerce 独立站", "WooCommerce", "world"),
    )
)

INDUSTRIES: Vocabulary[Industry] = Vocabulary(
    Industry(*row)
    for row in (
        ("womenswear", "女装", "Women's clothing"),
        ("menswear", "男装", "Men's clothing"),
        ("kidswear", "童装童鞋", "Children's clothing"),
        ("underwear", "内衣家居服", "Underwear and homewear"),
        ("footwear", "鞋靴", "Footwear"),
        ("bags", "箱包皮具", "Bags and leather"),
        ("jewellery", "珠宝首饰", "Jewellery"),
        ("beauty", "美妆护肤", "Beauty and skin care"),
        ("personal_care", "个护清洁", "Personal care"),
        ("mother_baby", "母婴用品", "Mother and baby"),
        ("toys", "玩具潮玩", "Toys"),
        ("furniture", "家具", "Furniture"),
        ("home_textile", "家纺布艺", "Home textiles"),
        ("home_goods", "家居日用", "Home goods"),
        ("kitchen", "厨具餐具", "Kitchen and tableware"),
        ("lighting", "灯饰照明", "Lighting"),
        ("building", "建材卫浴", "Building materials and bathroom"),
        ("hardware", "五金工具", "Hardware and tools"),
        ("appliances", "家用电器", "Home appliances"),
        ("digital", "数码 3C", "Consumer electronics"),
        ("food", "食品饮料", "Food and drink"),
        ("fresh", "生鲜水果", "Fresh food"),
        ("tea", "茶叶", "Tea"),
        ("health_food", "保健滋补", "Health food"),
        ("pets", "宠物用品", "Pets"),
        ("sports", "运动户外", "Sports and outdoor"),
        ("auto", "汽车用品", "Car accessories"),
        ("stationery", "文具图书", "Stationery and books"),
        ("flowers", "鲜花绿植", "Flowers and plants"),
        ("crafts", "工艺礼品", "Crafts and gifts"),
    )
)

BELTS: Vocabulary[Belt] = Vocabulary(
    Belt(*row)
    for row in (
        ("foshan_furniture", "佛山家具", "Foshan furniture", "广东", "Guangdong", "furniture"),
        ("nankang_furniture", "南康家具", "Nankang furniture", "江西", "Jiangxi", "furniture"),
        ("anji_chairs", "安吉椅业", "Anji chairs", "浙江", "Zhejiang", "furniture"),
        ("caoxian_wood", "曹县木艺", "Caoxian wood crafts", "山东", "Shandong", "furniture"),
        ("hangzhou_womenswear", "杭州女装", "Hangzhou women's clothing", "浙江", "Zhejiang", "womenswear"),
        ("humen_womenswear", "虎门女装", "Humen women's clothing", "广东", "Guangdong", "womenswear"),
        ("shishi_menswear", "石狮男装", "Shishi men's clothing", "福建", "Fujian", "menswear"),
        ("zhili_kidswear", "织里童装", "Zhili children's clothing", "浙江", "Zhejiang", "kidswear"),
        ("gurao_underwear", "谷饶内衣", "Gurao underwear", "广东", "Guangdong", "underwear"),
        ("jinjiang_shoes", "晋江运动鞋", "Jinjiang sports shoes", "福建", "Fujian", "footwear"),
        ("wenzhou_shoes", "温州皮鞋", "Wenzhou leather shoes", "浙江", "Zhejiang", "footwear"),
        ("baigou_bags", "白沟箱包", "Baigou bags", "河北", "Hebei", "bags"),
        ("shiling_leather", "狮岭皮具", "Shiling leather", "广东", "Guangdong", "bags"),
        ("shuibei_jewellery", "水贝黄金珠宝", "Shuibei gold and jewellery", "广东", "Guangdong", "jewellery"),
        ("zhuji_pearls", "诸暨珍珠", "Zhuji pearls", "浙江", "Zhejiang", "jewellery"),
        ("guangzhou_beauty", "广州美妆", "Guangzhou beauty", "广东", "Guangdong", "beauty"),
        ("shantou_toys", "汕头澄海玩具", "Shantou toys", "广东", "Guangdong", "toys"),
        ("nantong_textile", "南通家纺", "Nantong home textiles", "江苏", "Jiangsu", "home_textile"),
        ("keqiao_textile", "柯桥轻纺", "Keqiao textiles", "浙江", "Zhejiang", "home_textile"),
        ("yiwu_goods", "义乌小商品", "Yiwu small goods", "浙江", "Zhejiang", "home_goods"),
        ("taizhou_plastics", "台州塑料日用", "Taizhou plastics", "浙江", "Zhejiang", "home_goods"),
        ("chaozhou_ceramics", "潮州陶瓷", "Chaozhou ceramics", "广东", "Guangdong", "kitchen"),
        ("jingdezhen_porcelain", "景德镇瓷器", "Jingdezhen porcelain", "江西", "Jiangxi", "kitchen"),
        ("guzhen_lighting", "古镇灯饰", "Guzhen lighting", "广东", "Guangdong", "lighting"),
        ("chaozhou_bathroom", "潮州卫浴", "Chaozhou bathroom", "广东", "Guangdong", "building"),
        ("yongkang_hardware", "永康五金", "Yongkang hardware", "浙江", "Zhejiang", "hardware"),
        ("cixi_appliances", "慈溪小家电", "Cixi small appliances", "浙江", "Zhejiang", "appliances"),
        ("shunde_appliances", "顺德家电", "Shunde appliances", "广东", "Guangdong", "appliances"),
        ("shenzhen_digital", "深圳 3C 数码", "Shenzhen electronics", "广东", "Guangdong", "digital"),
        ("changsha_snacks", "长沙休闲食品", "Changsha snacks", "湖南", "Hunan", "food"),
        ("wuchang_rice", "五常大米", "Wuchang rice", "黑龙江", "Heilongjiang", "food"),
        ("yantai_fruit", "烟台苹果樱桃", "Yantai apples and cherries", "山东", "Shandong", "fresh"),
        ("anxi_tea", "安溪铁观音", "Anxi oolong tea", "福建", "Fujian", "tea"),
        ("puer_tea", "勐海普洱茶", "Menghai pu'er tea", "云南", "Yunnan", "tea"),
        ("wenzhou_pets", "平阳宠物用品", "Pingyang pet goods", "浙江", "Zhejiang", "pets"),
        ("ningbo_outdoor", "宁波户外用品", "Ningbo outdoor gear", "浙江", "Zhejiang", "sports"),
        ("kunming_flowers", "昆明斗南花卉", "Dounan flowers", "云南", "Yunnan", "flowers"),
        ("xuchang_hair", "许昌假发", "Xuchang wigs", "河南", "Henan", "beauty"),
        ("linyi_goods", "临沂日用百货", "Linyi general goods", "山东", "Shandong", "home_goods"),
        ("danyang_glasses", "丹阳眼镜", "Danyang glasses", "江苏", "Jiangsu", "crafts"),
    )
)

LANGUAGES: Vocabulary[Language] = Vocabulary(
    Language(*row)
    for row in (
        ("mandarin", "普通话", "Mandarin"),
        ("cantonese", "粤语", "Cantonese"),
        ("english", "英语", "English"),
        ("japanese", "日语", "Japanese"),
        ("korean", "韩语", "Korean"),
        ("german", "德语", "German"),
        ("french", "法语", "French"),
        ("spanish", "西班牙语", "Spanish"),
        ("portuguese", "葡萄牙语", "Portuguese"),
        ("russian", "俄语", "Russian"),
        ("arabic", "阿拉伯语", "Arabic"),
        ("thai", "泰语", "Thai"),
        ("vietnamese", "越南语", "Vietnamese"),
        ("indonesian", "印尼语", "Indonesian"),
    )
)

#: Papers a category may ask for, beside the company licence everybody hands in.
DOCUMENTS: Vocabulary[Document] = Vocabulary(
    Document(*row)
    for row in (
        ("platform_partner", "平台服务商认证", "Platform partner certificate"),
        ("service_agreement", "服务合同样本", "Sample service contract"),
        ("case_report", "代表案例报告", "Report on a past project"),
        ("call_center_permit", "增值电信业务经营许可证（呼叫中心）", "Call centre permit"),
        ("data_security", "信息安全承诺书", "Data security undertaking"),
        ("software_copyright", "软件著作权证书", "Software copyright certificate"),
        ("security_assessment", "网络安全等级保护备案", "Information security grading record"),
        ("portfolio", "作品集", "Portfolio"),
        ("portrait_release", "模特肖像授权书", "Model release"),
        ("broadcast_permit", "营业性演出或直播备案", "Broadcast or performance filing"),
        ("agency_authorisation", "代办授权书样本", "Sample letter of authority"),
        ("teacher_certificate", "讲师资质证明", "Lecturer's credentials"),
    )
)

_ALL: tuple[Vocabulary[Term], ...] = (PLATFORMS, INDUSTRIES, BELTS, LANGUAGES, DOCUMENTS)  # type: ignore[assignment]


def label(code: str, *, in_language: str = "") -> str:
    """The name of a code of any of the lists, in the reader's language; an unknown code shows itself."""
    for vocabulary in _ALL:
        if code in vocabulary:
            return vocabulary.label(code, in_language=in_language)
    return code
