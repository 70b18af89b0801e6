"""Write the demo market's files under demo/: two shops' orders (JSONL) and prices (CSV). Same seed, same files.

The story: a home-textiles shop before, on and after the 11.11 sale, and an outdoor shop abroad. Prices fall after many have
bought, one price is a typing mistake, some parcels come back. What is owed follows from the files; nothing here says it.
"""

import csv
import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

DEMO = Path(__file__).resolve().parent.parent / "demo"
YUNDUO = [
    ("YD-1001", "长绒棉四件套 雾蓝", "床品", 599_00), ("YD-1002", "长绒棉四件套 月白", "床品", 599_00),
    ("YD-1003", "天丝夏被 150×200", "床品", 329_00), ("YD-1004", "记忆棉护颈枕", "床品", 169_00),
    ("YD-1005", "蚕丝冬被 1.5 kg", "床品", 1288_00), ("YD-2001", "加厚浴巾 两条装", "卫浴", 89_00),
    ("YD-2002", "纯棉毛巾 六条装", "卫浴", 79_00), ("YD-2003", "吸水地垫 50×80", "卫浴", 59_00),
    ("YD-3001", "亚麻窗帘 定高", "窗饰", 459_00), ("YD-3002", "遮光窗帘 定高", "窗饰", 389_00),
    ("YD-4001", "除螨吸尘器 X2", "big_appliance", 1999_00), ("YD-4002", "空气净化器 A6", "big_appliance", 2699_00),
    ("YD-5001", "香薰礼盒", "香氛", 199_00), ("YD-5002", "无火香薰 100 ml", "香氛", 129_00),
]  # fmt: skip
LUMEN = [
    ("LM-TENT2", "Two-person tent", "tents", 189_00), ("LM-BAG-5", "Sleeping bag −5 °C", "sleeping", 129_00),
    ("LM-MAT", "Insulated mat", "sleeping", 69_00), ("LM-STOVE", "Gas stove", "cooking", 45_00),
    ("LM-LAMP", "Camp lantern", "lights", 39_00), ("LM-PACK45", "Backpack 45 l", "packs", 149_00),
    ("LM-FLASK", "Steel flask 1 l", "cooking", 29_00), ("LM-POLES", "Trekking poles", "packs", 79_00),
]  # fmt: skip
#: Product, share of the list price in per cent, and the local days the price holds.
YUNDUO_SALES = [
    ("YD-1001", 85, "2026-11-11", "2026-11-13"), ("YD-1002", 88, "2026-11-11", "2026-11-13"), ("YD-1003", 80, "2026-11-10", "2026-11-14"),
    ("YD-1005", 78, "2026-11-11", "2026-11-12"), ("YD-2001", 75, "2026-11-08", "2026-11-16"), ("YD-2003", 99, "2026-11-11", "2026-11-13"),
    ("YD-3001", 82, "2026-11-14", "2026-11-21"), ("YD-4001", 85, "2026-11-11", "2026-11-25"), ("YD-4002", 90, "2026-11-18", "2026-11-25"),
    ("YD-5002", 7, "2026-11-15", "2026-11-16"),
]  # fmt: skip
LUMEN_SALES = [
    ("LM-TENT2", 80, "2026-11-13", "2026-11-20"),
    ("LM-PACK45", 85, "2026-11-16", "2026-11-23"),
    ("LM-LAMP", 90, "2026-11-10", "2026-11-18"),
]


def major(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def price_on(sales, sku, base, moment):
    day = moment.date().isoformat()
    return next((base * share // 100 for s, share, start, end in sales if s == sku and start <= day < end), base)


def write_prices(path, products, sales, currency, zone):
    rows = []
    for sku, _title, _category, base in products:
        rows.append((sku, major(base), currency, "2026-09-01T00:00:00", ""))
        for s, share, start, end in sales:
            if s == sku:
                rows.append((sku, major(base * share // 100), currency, f"{start}T00:00:00", f"{end}T00:00:00"))
                rows.append((sku, major(base), currency, f"{end}T00:00:00", ""))
    with path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(("sku", "price", "currency", "valid_from", "valid_to"))
        writer.writerows(rows)


def write_orders(path, products, sales, prefix, zone, count, rng, mail):
    start = datetime(2026, 10, 20, 9, tzinfo=ZoneInfo(zone))
    with path.open("w", encoding="utf-8") as target:
        for n in range(count):
            placed = start + timedelta(minutes=int(n * 31 * 24 * 60 / count) + rng.randrange(40))
            delivered = placed + timedelta(days=rng.randint(2, 4), hours=rng.randrange(10))
            lines = []
            for sku, title, category, base in rng.sample(products, rng.choice((1, 1, 1, 2, 2, 3))):
                quantity = rng.choice((1, 1, 1, 2, 3))
                returned = quantity if rng.random() < 0.04 else 0
                line = {"sku": sku, "title": title, "category": category, "quantity": quantity,
                        "list_unit_price": major(price_on(sales, sku, base, placed))}  # fmt: skip
                if returned:
                    line["returned_quantity"] = returned
                lines.append(line)
            order = {
                "order_ref": f"{prefix}{20261000 + n}",
                "buyer_ref": f"B{rng.randrange(count * 2 // 3):04d}",
                "contact": f"buyer{rng.randrange(count)}@{mail}",
                "consent": rng.random() < 0.5,
                "placed_at": placed.isoformat(),
                "paid_at": (placed + timedelta(minutes=3)).isoformat(),
                "status": "delivered",
                "delivered_at": delivered.isoformat(),
                "shipping": "0.00" if prefix == "YD" else "4.90",
                "lines": lines,
            }
            if prefix == "YD" and rng.random() < 0.25:
                order["order_discount"] = "10.00"
            target.write(json.dumps(order, ensure_ascii=False) + "\n")


def bucket(seed, text):
    """The arm's number as the program computes it: FNV-1a, twice. Who is reminded is decided there; here buyers react to it."""

    def fnv(content):
        found = 0x811C9DC5
        for byte in content.encode():
            found = (found ^ byte) * 0x01000193 & 0xFFFFFFFF
        return found

    return fnv(str(fnv(seed + text))) % 10_000


#: Of buyers who did not pay by themselves in the first minutes: who pays when reminded, and who pays anyway.
REMINDED, ANYWAY = 0.74, 0.46
PRESALE = {"sku": "YD-6001", "title": "鹅绒冬被 双11返场预售", "category": "床品", "quantity": 1, "list_unit_price": "800.00"}


def write_presale(folder, rng, count):
    """A presale whose balance window opened a little before the demo starts: deposits, early payments, and those that follow.

    Times are relative to that start ("-3d4h20m"); `presale_paid.jsonl` is imported after the reminders have left.
    """
    names = ("presale", "presale_early", "presale_paid")
    first, early, then = ((folder / f"{name}.jsonl").open("w", encoding="utf-8") for name in names)
    with first, early, then:
        for n in range(count):
            buyer = f"P{n - (n % 40 == 1):04d}"  # every fortieth has two orders
            phone = n % 9 == 0
            order = {
                "order_ref": f"YS{3000 + n}",
                "buyer_ref": buyer,
                **({"phone": f"138{rng.randrange(10**8):08d}"} if phone else {"email": f"{buyer.lower()}@example.cn"}),
                "placed_at": f"-{rng.randint(3, 9)}d{rng.randrange(24)}h",
                "presale_activity": "双11返场",
                "deposit": "100.00",
                "balance": "700.00",
                "balance_opens_at": "-25m",
                "balance_closes_at": "+22h",
                "status": "open",
                "lines": [PRESALE],
            }
            order["deposit_paid_at"] = order["placed_at"]
            fate, quick, slow = rng.random(), rng.random(), rng.random()
            if fate < 0.02:
                order |= {"deposit_refunded_at": "-1d", "status": "cancelled"}
            elif fate < 0.03:
                order["opted_out_at"] = "-2d"
            first.write(json.dumps(order, ensure_ascii=False) + "\n")
            if fate >= 0.03 and quick < 0.3:
                early.write(json.dumps(order | paid(f"-{rng.randint(16, 24)}m"), ensure_ascii=False) + "\n")
            is_reminded = bucket("yunduo:presale_balance:1", buyer) >= 2_000
            if fate >= 0.02 and quick >= 0.3 and slow < (REMINDED if is_reminded else ANYWAY):
                then.write(json.dumps(order | paid("+0m"), ensure_ascii=False) + "\n")


def paid(moment):
    return {"balance_paid_at": moment, "paid_at": moment, "status": "paid", "updated_at": moment}


#: Words, the platform's reason (often none), how often buyers take the card, and what the platform reports in the end.
ASKED = [
    ("有一处开线，能换吗", "", 0.5),
    ("被套上有好几处污渍", "商品破损", 0.3),
    ("颜色和图片差太多了", "", 0.2),
    ("太薄了，不想要了", "不想要了", 0.3),
    ("买大了，窗户没那么宽", "尺寸不合适", 0.6),
    ("还没收到货，都一周了", "", 0.5),
    ("物流一直不动，帮我退了吧", "未收到货", 0.4),
    ("刚买就降价了，退了重拍", "", 0.8),
    ("便宜了一百多，能补差价吗", "价格变动", 0.85),
    ("不会装窗帘轨道", "", 0.7),
    ("拍错颜色了，想要月白", "拍错了", 0.7),
    ("地址填错了", "", 0.6),
    ("家里人不喜欢", "七天无理由", 0.25),
    ("收到就是坏的，吸尘器不转", "质量问题", 0.3),
    ("假货吧，商标都不对", "", 0.0),
    ("少发了一个枕头", "少件漏发", 0.0),
    ("不退了，你拒绝申请吧", "", 0.9),
    ("退款到哪里了", "", 0.3),
    ("", "", 0.3),
]


def write_returns(folder, rng, count):
    """Orders of the last weeks of which something is to be sent back, and what became of each request."""
    products = [(sku, title, base) for sku, title, _category, base in YUNDUO if sku[3] in "123"]
    with (
        (folder / "returns.jsonl").open("w", encoding="utf-8") as orders,
        (folder / "requests.jsonl").open("w", encoding="utf-8") as asked,
    ):
        for n in range(count):
            ago = 72 * 24 - n * 72 * 24 // count  # hours since the order
            sku, title, base = rng.choice(products)
            quantity = rng.choice((1, 1, 2))
            line = {"sku": sku, "title": title, "category": "床品", "quantity": quantity, "list_unit_price": major(base)}
            placed, delivered, wanted = f"-{ago + 96}h", f"-{ago + 24}h", f"-{ago}h"
            order = {
                "order_ref": f"YR{5000 + n}", "buyer_ref": f"R{n:04d}", "email": f"r{n:04d}@example.cn", "consent": rng.random() < 0.6,
                "placed_at": placed, "paid_at": placed, "delivered_at": delivered, "status": "delivered", "lines": [line],
            }  # fmt: skip
            orders.write(json.dumps(order, ensure_ascii=False) + "\n")
            words, reason, takes = rng.choice(ASKED)
            is_fresh = n >= count - 6
            answer = "" if is_fresh else rng.choices(("accept", "refund", ""), (takes, 0.55 * (1 - takes), 0.45 * (1 - takes)))[0]
            again = answer == "accept" and ago > 24 * 14 and rng.random() < 0.12
            request = {
                "order_ref": order["order_ref"], "external_ref": f"TK{7000 + n}", "quantity": rng.randint(1, quantity),
                "requested_at": "-1m" if is_fresh else wanted, "reason_code": reason, "words": words,
                "answer": answer, "outcome": "" if is_fresh else "withdrawn" if answer == "accept" else "refunded",
                "refunded_after_all": again,
            }  # fmt: skip
            asked.write(json.dumps(request, ensure_ascii=False) + "\n")


#: Of buyers of bedding and curtains: who sends something back whatever lies in the parcel, and who does without the card.
WITH_CARD, WITHOUT_CARD = 0.10, 0.22
SENT_BACK = [
    ("", "尺寸不合适"), ("比床短了一截", "尺寸不合适"), ("洗完缩水了", "质量问题"), ("厚度和想的不一样", "不想要了"), ("颜色偏灰", "不喜欢"),
]  # fmt: skip


def write_parcels(folder, rng, count, days):
    """Orders of the weeks in which a provider's card lies in some parcels, and what buyers send back with and without it.

    Times count from the day measuring begins. Who gets the card is decided in the demo, by the contract's own split.
    """
    products = [each for each in YUNDUO if each[0][3] in "13"]
    with (
        (folder / "parcels.jsonl").open("w", encoding="utf-8") as orders,
        (folder / "parcels_back.jsonl").open("w", encoding="utf-8") as back,
    ):
        for n in range(count):
            placed = n * days * 24 * 60 // count + rng.randrange(20)  # minutes since measuring began
            sku, title, category, base = rng.choice(products)
            delivered = placed + rng.randint(2, 4) * 1440
            order = {
                "order_ref": f"YK{7000 + n}", "buyer_ref": f"K{n - (n % 15 == 1):04d}", "consent": rng.random() < 0.5,
                "placed_at": after(placed), "paid_at": after(placed + 4), "delivered_at": after(delivered), "status": "delivered",
                "lines": [{"sku": sku, "title": title, "category": category, "quantity": 1, "list_unit_price": major(base)}],
            }  # fmt: skip
            orders.write(json.dumps(order, ensure_ascii=False) + "\n")
            fate, asked = rng.random(), placed + rng.randint(5, 11) * 1440 + rng.randrange(600)
            words, reason = rng.choice(SENT_BACK)
            if fate < WITHOUT_CARD:
                request = {
                    "order_ref": order["order_ref"], "external_ref": f"TH{7000 + n}", "with_card_too": fate < WITH_CARD,
                    "requested_at": after(asked), "closed_at": after(asked + 2880), "reason_code": reason, "buyer_text": words,
                }  # fmt: skip
                back.write(json.dumps(request, ensure_ascii=False) + "\n")


def after(minutes):
    return f"+{minutes // 1440}d{minutes // 60 % 24}h{minutes % 60}m"


def main() -> None:
    rng = random.Random(20261111)
    for name, products, sales, prefix, currency, zone, count, mail in (
        ("yunduo", YUNDUO, YUNDUO_SALES, "YD", "CNY", "Asia/Shanghai", 640, "example.cn"),
        ("lumen", LUMEN, LUMEN_SALES, "LM", "GBP", "Europe/London", 260, "example.com"),
    ):
        folder = DEMO / name
        folder.mkdir(parents=True, exist_ok=True)
        write_prices(folder / "prices.csv", products, sales, currency, zone)
        write_orders(folder / "orders.jsonl", products, sales, prefix, zone, count, rng, mail)
    write_presale(DEMO / "yunduo", random.Random(1111), 1400)
    write_returns(DEMO / "yunduo", random.Random(1212), 150)
    write_parcels(DEMO / "yunduo", random.Random(1313), 640, 21)


if __name__ == "__main__":
    main()
