"""Canned answers of Nominatim and Overpass on a loopback server of one's own.

The place is a square of 0.02 degrees with its south-west corner at 123° E, 30° N, in
two towns (west and east). A street runs through it from west to east, a path crosses it
behind a closed gate, and a ferry of ten minutes leaves in the east. The street has a
crossing with lights in the west and one without in the east. A school stands in the
west, a nursing home (two tags) in the east, a social facility for others beside it.
"""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from circle.osm_service import Services

LON, LAT, SIDE = 123.0, 30.0, 0.02


def node(number, x, y, **tags: object):
    one = {"type": "node", "id": number, "lon": LON + x, "lat": LAT + y}
    return {**one, "tags": tags} if tags else one


def way(number, nodes, **tags: object):
    return {"type": "way", "id": number, "nodes": list(nodes), "tags": tags}


def town(number, nodes, *, level, name):
    admin = {"boundary": "administrative", "admin_level": str(level)}
    return way(number, nodes, name=name, **admin)


def ring(x0, x1):
    return [(x0, 0), (x1, 0), (x1, SIDE), (x0, SIDE), (x0, 0)]


PLACE = [
    {
        "osm_type": "relation",
        "osm_id": 1,
        "lat": str(LAT),
        "lon": str(LON),
        "display_name": "Testland",
        "class": "boundary",
        "type": "administrative",
        "place_rank": 12,
        "importance": 0.5,
        "addresstype": "county",
        "name": "Testland",
        "boundingbox": [str(LAT), str(LAT + SIDE), str(LON), str(LON + SIDE)],
        "geojson": {
            "type": "Polygon",
            "coordinates": [[(LON + x, LAT + y) for x, y in ring(0, SIDE)]],
        },
    }
]
STREETS = [
    node(1, 0, 0.01),
    node(2, 0.01, 0.01, barrier="gate", access="no"),
    node(3, SIDE, 0.01),
    node(4, 0.01, 0),
    node(6, 0.005, 0.01, highway="crossing", crossing="traffic_signals"),
    node(7, 0.015, 0.01, highway="crossing", crossing="uncontrolled"),
    way(11, (1, 6, 2, 7, 3), highway="residential", name="Long Street"),
    way(12, (4, 2), highway="footway"),
]
FERRIES = [node(3, SIDE, 0.01), node(5, 0.03, 0.01),
           way(13, (3, 5), route="ferry", duration="00:10")]  # fmt: skip
TOWNS = [
    *(node(20 + i, x, y) for i, (x, y) in enumerate(ring(0, 0.01)[:4])),
    *(node(30 + i, x, y) for i, (x, y) in enumerate(ring(0.01, SIDE)[:4])),
    town(41, (20, 21, 22, 23, 20), level=8, name="西镇"),
    town(42, (30, 31, 32, 33, 30), level=8, name="东镇"),
    town(43, (30, 31, 32, 33, 30), level=10, name="里"),
]
FACILITIES = [
    node(51, 0.002, 0.01, amenity="school", name="第一小学"),
    node(52, 0.018, 0.01, amenity="social_facility", social_facility="nursing_home"),
    node(53, 0.018, 0.011, amenity="social_facility", social_facility="shelter"),
]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self._answer(PLACE if "Testland" in self.path else [])

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query = parse_qs(body)["data"][0]
        self.server.queries.append(query)
        for word, elements in (
            ("administrative", self.server.towns),
            ("ferry", FERRIES),
            ("amenity", FACILITIES),
            ('["highway"]', STREETS),
        ):
            if word in query:
                self._answer({"version": 0.6, "elements": elements})
                return
        self._answer({"version": 0.6, "elements": []})

    def _answer(self, content):
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        body = json.dumps(content) if self.server.status == 200 else "no"
        self.wfile.write(body.encode())

    def log_message(self, *_: object):
        """Keep quiet."""


@contextlib.contextmanager
def canned_services(*, status=200, towns=TOWNS):
    """Serve the answers while the context lasts; give the services and the queries."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.status, server.towns, server.queries = status, towns, []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield Services(f"{address}/api", f"{address}/", timeout_s=5.0), server.queries
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
