# The peer of `cargo xtask bench query`: the same questions to the same files, asked several times by one process.
# Says what opening took, what each asking took, and the answer, as `haidang timed` does.
import csv
import ipaddress
import sys
import time

import duckdb

question, lake, networks, organisation, addresses, times = sys.argv[1:]
FROM, BEFORE, TO = "DATE '2026-09-01'", "DATE '2026-08-01'", "DATE '2026-10-01'"
SIGN = 1 << 63


def halves(bits):
    """The two stored halves of an address."""
    signed = lambda half: (half ^ SIGN) - (1 << 64) if (half ^ SIGN) >= SIGN else half ^ SIGN
    return signed(bits >> 64), signed(bits & ((1 << 64) - 1))


def mapped(address):
    return (0xFFFF << 32) | int(ipaddress.IPv4Address(address))


def stats(turn):
    # The province lies in each event as it was when it came, so no networks have to be looked up.
    rows = db.execute(f"""
        WITH d AS (SELECT family, place, source_ip_hi, source_ip_lo, day, count(*) AS n FROM events
                   WHERE day >= {FROM} AND day < {TO} AND kind = 'botnet' GROUP BY ALL),
             u AS (SELECT family, place, source_ip_hi, source_ip_lo, count(*) AS days, sum(n) AS n FROM d GROUP BY ALL)
        SELECT coalesce(family, '-'), coalesce(place, '-'), count(*), sum(days), sum(n) FROM u GROUP BY ALL""").fetchall()
    return {f"{family} {place}": f"{unique} {days} {n}" for family, place, unique, days, n in rows}


def listed(turn):
    # The organisation's networks: nobody else's lie inside, and they never changed hands.
    with open(networks) as file:
        own = [ipaddress.ip_network(row["network"]) for row in csv.DictReader(file) if row["organisation"] == organisation]
    low = lambda address: halves(mapped(address))[1]
    ranges = " OR ".join(f"ip_lo BETWEEN {low(net[0])} AND {low(net[-1])}" for net in own)
    rows = db.execute(f"""
        SELECT ip_hi, ip_lo, kind, family, identifier, transport, port, epoch_us(min(first)), epoch_us(max(last)), string_agg(DISTINCT feed, ' '),
               len(flatten(list(samples) FILTER (WHERE day >= {FROM}))),
               coalesce(sum(count) FILTER (WHERE day >= {FROM}), 0) AS events,
               count(DISTINCT day) FILTER (WHERE day >= {FROM}) AS days,
               count(DISTINCT day) FILTER (WHERE day >= {BEFORE} AND day < {FROM}) AS days_before,
               count(*) FILTER (WHERE day < {BEFORE}) > 0 AS earlier
        FROM sightings WHERE day < {TO} AND kind = 'botnet' AND ip_hi = {halves(mapped('0.0.0.0'))[0]} AND ({ranges})
        GROUP BY ip_hi, ip_lo, kind, family, identifier, transport, port
        HAVING count(*) FILTER (WHERE day >= {BEFORE}) > 0
        ORDER BY kind, ip_hi, ip_lo, family""").fetchall()
    counts = [0] * 5
    for *_, events, days, days_before, earlier in rows:
        counts[3 if days == 0 else 1 if days_before else 2 if earlier else 0] += 1
        counts[4] += events
    return {organisation: " ".join(map(str, counts))}


def whois(turn):
    address = addresses.split(",")[turn % len(addresses.split(","))]
    high, low = halves(mapped(address))
    rows = db.execute(f"""
        SELECT count, * EXCLUDE (first, last, samples), epoch_us(first), epoch_us(last), len(samples)
        FROM sightings WHERE ip_hi = {high} AND ip_lo = {low} ORDER BY day""").fetchall()
    return {address: f"{len(rows)} {sum(row[0] for row in rows)}"}


begun = time.perf_counter()
db = duckdb.connect(config={"threads": 2})
db.execute("SET parquet_metadata_cache = true")
# Of what takes longer it tells how far it is, where the answer is told.
db.execute("SET enable_progress_bar = false")
for table in ("events", "sightings"):
    db.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{lake}/{table}/day=*/*.parquet', hive_partitioning = true)")
print("open", time.perf_counter() - begun)
ask = {"stats": stats, "list": listed, "whois": whois}[question]
seconds, answer = [], {}
for turn in range(int(times)):
    begun = time.perf_counter()
    answer |= ask(turn)
    seconds.append(time.perf_counter() - begun)
print("seconds", *seconds)
for what, numbers in answer.items():
    print(what, numbers)
