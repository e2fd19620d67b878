"""A peer of `cargo xtask bench ingest`: DuckDB puts the report into Parquet, its columns typed, and says how many rows."""
import sys

import duckdb

report, out = sys.argv[1:]
numbers = ["src_port", "dst_port", "src_asn", "dst_asn", "src_naics", "dst_naics"]
types = {"timestamp": "TIMESTAMP", "event_id": "VARCHAR"} | {name: "INTEGER" for name in numbers}
# Rows may come in any order: its best figure.
connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
quoted = [path.replace("'", "''") for path in (report, out)]
read = f"SELECT * FROM read_csv('{quoted[0]}', header = true, types = {types})"
rows = connection.execute(f"COPY ({read}) TO '{quoted[1]}' (FORMAT parquet, COMPRESSION zstd)").fetchone()[0]
print('{"rows": %d}' % rows)
