"""manage.py judge_search [FILE] [--json]: how good search is on the demo market."""

import argparse
from pathlib import Path
from statistics import fmean
from typing import Any

from django.conf import settings
from django.utils import timezone

from marketplace.commands import ReportCommand
from providers.discovery.judging import judge, read

JUDGED = Path(settings.BASE_DIR) / "demo" / "market" / "judged.txt"
TARGET = 0.85


class Command(ReportCommand):
    help = "Hold the search against a judged list of queries (nDCG@10). Needs the demo market: `make demo`."

    def options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=JUDGED, help="judgements (default: those of the demo market)")
        parser.add_argument("--language", choices=["zh", "en"], default="zh")

    def report(self, **options: Any) -> dict[str, Any]:
        verdicts = judge(read(options["file"]), as_of=timezone.now(), language=options["language"])
        if not options["as_json"]:
            for each in sorted(verdicts, key=lambda verdict: verdict.ndcg):
                self.stdout.write(f"{each.ndcg:.3f}  {each.q}  {' '.join(map(str, each.best))}")
        mean = fmean(each.ndcg for each in verdicts)
        found = {"queries": len(verdicts), "ndcg_at_10": round(mean, 4), "target": TARGET, "met": mean >= TARGET}
        return {**found, "per_query": {each.q: round(each.ndcg, 4) for each in verdicts}} if options["as_json"] else found
