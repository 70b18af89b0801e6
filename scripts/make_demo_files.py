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


if __name__ == "__main__":
    main()
