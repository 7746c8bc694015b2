"""Where a postal code is, and what time it is there: postal centroids and default time zones.

United States postal codes come from the installed `zipcodes` package, an area of one sorting center
at its first use (about two milliseconds; the very first takes a third of a second: `locate` any US
place at start-up). For other countries the tables below say the time zone only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from statistics import fmean

import zipcodes

from entrepot.terms.calendar import time_zone
from entrepot.terms.place import Place

PLACES_KEPT_MAX = 1 << 15
"""Located places remembered; beyond it the least recently used is worked out again."""


@dataclass(frozen=True, slots=True)
class Postal:
    """What a US postal code tells. Coordinates are degrees; None and "" are what is not known."""

    latitude: float | None
    longitude: float | None
    time_zone: str
    state: str


def us_postal(code: str) -> Postal | None:
    """Look up a US postal code (ZIP or ZIP+4; spaces do not matter).

    A code that is not listed is answered by the centroid of its first three digits, which is one
    sorting center's area. Military and diplomatic codes have a state (AA, AE, AP) and nothing else.
    None when it is no code or even its first three digits are not in use.
    """
    five = _five_digits(code)
    if five is None:
        return None
    area = _us_area(five[:3])
    return area.get(five) or area.get(five[:3])


def locate(place: Place) -> Place:
    """Fill in the coordinates and the time zone that a place does not state, where they are known.

    What it states is kept, save half a pair of coordinates. The time zone is that of the postal
    code, else of the region, else of the country; what is not known stays None or "".
    """
    return located(
        place.country, place.postal_code, place.region, place.latitude, place.longitude,
        place.time_zone,
    )  # fmt: skip


@lru_cache(maxsize=PLACES_KEPT_MAX)
def located(
    country: str,
    postal_code: str,
    region: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    zone: str = "",
) -> Place:
    """Locate a place given field by field, as `locate` does; the same object for the same place."""
    postal = us_postal(postal_code) if country.upper() == "US" else None
    if postal and postal.latitude is not None and (latitude is None or longitude is None):
        latitude, longitude = postal.latitude, postal.longitude
    if not zone:
        area = region or (postal.state if postal else "")
        zone = (postal and postal.time_zone) or default_time_zone(country, area)
    return Place(country, postal_code, region, latitude, longitude, zone)


def default_time_zone(country: str, region: str = "") -> str:
    """Give the time zone most people of a region or country live in; "" when not known.

    `region` is a code as in ISO 3166-2, with or without the country before it ("TX", "US-TX").
    Armed forces' addresses (AA, AE, AP) have none: they are anywhere.
    """
    country = country.strip().upper()
    region = region.strip().upper().removeprefix(f"{country}-")
    if country == "US" and region in _ARMED_FORCES:
        return ""
    return _REGIONS.get(f"{country}-{region}") or _COUNTRIES.get(country, "")


def _five_digits(code: str) -> str | None:
    digits = "".join(code.split()).replace("-", "")
    if len(digits) not in {5, 9} or not (digits.isascii() and digits.isdigit()):
        return None
    return digits[:5]


@cache
def _us_area(three: str) -> Mapping[str, Postal]:
    """The listed codes that begin with three digits, and under these digits their centroid."""
    listed = zipcodes.similar_to(three)  # type: ignore[no-untyped-call]
    if not listed:
        return {}
    codes = {row["zip_code"]: _postal(row) for row in listed}
    area = codes[three] = _centroid(list(codes.values()))
    # A listed code without coordinates is answered by its area, but keeps its own state.
    for code, postal in codes.items():
        if postal.latitude is None and area.latitude is not None:
            codes[code] = replace(postal, latitude=area.latitude, longitude=area.longitude)
    return codes


def _postal(row: Mapping[str, str]) -> Postal:
    # The package writes 0, 0 (in the Gulf of Guinea) for what it does not know, and places some
    # ships and bases in the open sea.
    latitude, longitude = float(row["lat"]), float(row["long"])
    known = abs(latitude) >= 1 and abs(longitude) >= 1 and row["state"] not in _ARMED_FORCES
    return Postal(
        latitude=latitude if known else None,
        longitude=longitude if known else None,
        time_zone=_real_zone(row["timezone"]) or default_time_zone("US", row["state"]),
        state=row["state"],
    )


@cache
def _real_zone(name: str) -> str:
    # The package holds a row whose time zone is a town's name.
    try:
        return time_zone(name).key if name else ""
    except ValueError:
        return ""


def _centroid(postals: list[Postal]) -> Postal:
    placed = [postal for postal in postals if postal.latitude is not None]
    return Postal(
        latitude=round(fmean(p.latitude for p in placed if p.latitude), 4) if placed else None,
        longitude=round(fmean(p.longitude for p in placed if p.longitude), 4) if placed else None,
        time_zone=_commonest(postal.time_zone for postal in postals),
        state=_commonest(postal.state for postal in postals),
    )


def _commonest(names: Iterable[str]) -> str:
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], name))


def _table(text: str) -> dict[str, str]:
    """Read lines of `zone: code code ...` into code -> zone."""
    zones: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        zone, _, codes = line.partition(": ")
        zones |= dict.fromkeys(codes.split(), zone)
    return zones


_ARMED_FORCES = frozenset({"AA", "AE", "AP"})

_REGIONS = {
    f"{country}-{region}": zone
    for country, text in {
        "US": """
            America/New_York: CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV
            America/Chicago: AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI
            America/Denver: CO MT NM UT WY
            America/Boise: ID
            America/Phoenix: AZ
            America/Los_Angeles: CA NV OR WA
            America/Anchorage: AK
            Pacific/Honolulu: HI
            America/Puerto_Rico: PR
            America/St_Thomas: VI
            Pacific/Guam: GU
            Pacific/Saipan: MP
            Pacific/Pago_Pago: AS
            Pacific/Palau: PW
            Pacific/Majuro: MH
            Pacific/Chuuk: FM
        """,
        "BR": """
            America/Sao_Paulo: DF ES GO MG PR RJ RS SC SP
            America/Bahia: BA
            America/Maceio: AL SE
            America/Recife: PE
            America/Fortaleza: CE MA PB PI RN
            America/Belem: AP PA
            America/Araguaina: TO
            America/Campo_Grande: MS
            America/Cuiaba: MT
            America/Manaus: AM
            America/Porto_Velho: RO
            America/Boa_Vista: RR
            America/Rio_Branco: AC
        """,
        "CA": """
            America/St_Johns: NL
            America/Halifax: NB NS PE
            America/Toronto: ON QC
            America/Winnipeg: MB
            America/Regina: SK
            America/Edmonton: AB NT
            America/Iqaluit: NU
            America/Vancouver: BC
            America/Whitehorse: YT
        """,
        "AU": """
            Australia/Sydney: ACT NSW
            Australia/Melbourne: VIC
            Australia/Brisbane: QLD
            Australia/Adelaide: SA
            Australia/Darwin: NT
            Australia/Hobart: TAS
            Australia/Perth: WA
        """,
        "MX": """
            America/Tijuana: BCN
            America/Hermosillo: SON
            America/Mazatlan: BCS NAY SIN
            America/Chihuahua: CHH
            America/Cancun: ROO
        """,
        "ES": "Atlantic/Canary: CN GC TF",
        "PT": "Atlantic/Azores: 20",
    }.items()
    for region, zone in _table(text).items()
}

_COUNTRIES = _table("""
    America/New_York: US
    America/Toronto: CA
    America/Mexico_City: MX
    America/Sao_Paulo: BR
    America/Argentina/Buenos_Aires: AR
    America/Santiago: CL
    America/Bogota: CO
    America/Lima: PE
    America/Puerto_Rico: PR
    Europe/London: GB
    Europe/Dublin: IE
    Europe/Lisbon: PT
    Europe/Madrid: ES
    Europe/Paris: FR
    Europe/Brussels: BE
    Europe/Amsterdam: NL
    Europe/Luxembourg: LU
    Europe/Berlin: DE
    Europe/Zurich: CH
    Europe/Vienna: AT
    Europe/Rome: IT
    Europe/Copenhagen: DK
    Europe/Stockholm: SE
    Europe/Oslo: NO
    Europe/Helsinki: FI
    Atlantic/Reykjavik: IS
    Europe/Warsaw: PL
    Europe/Prague: CZ
    Europe/Bratislava: SK
    Europe/Budapest: HU
    Europe/Bucharest: RO
    Europe/Sofia: BG
    Europe/Athens: GR
    Europe/Kyiv: UA
    Europe/Istanbul: TR
    Asia/Jerusalem: IL
    Asia/Dubai: AE
    Asia/Riyadh: SA
    Africa/Cairo: EG
    Africa/Johannesburg: ZA
    Africa/Lagos: NG
    Africa/Nairobi: KE
    Asia/Kolkata: IN
    Asia/Bangkok: TH
    Asia/Ho_Chi_Minh: VN
    Asia/Jakarta: ID
    Asia/Kuala_Lumpur: MY
    Asia/Singapore: SG
    Asia/Manila: PH
    Asia/Hong_Kong: HK
    Asia/Taipei: TW
    Asia/Shanghai: CN
    Asia/Seoul: KR
    Asia/Tokyo: JP
    Australia/Sydney: AU
    Pacific/Auckland: NZ
""")
