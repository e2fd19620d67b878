"""The peer of `cargo xtask bench attribute`: pyasn over the same prefixes, addresses as text, a loop as its users write it."""
import itertools
import json
import pathlib
import sys
import time

import pyasn

folder, look_ups = pathlib.Path(sys.argv[1]), int(sys.argv[2])
addresses = (folder / "addresses.txt").read_text().split()
begun = time.process_time()
table = pyasn.pyasn(str(folder / "ipasn.dat"))
built = time.process_time()
lookup, found = table.lookup, 0
for address in itertools.islice(itertools.cycle(addresses), look_ups):
    found += lookup(address)[0] is not None
took = time.process_time() - built
assert found == look_ups, f"{found} of {look_ups} found"
print(json.dumps({"look_ups": look_ups, "cpu_s": took, "build_s": built - begun, "bytes": 0}))
