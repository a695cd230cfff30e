"""Writes exchanges.txt, zones.txt and the samples of the tests, from exchange_calendars and tzdata.

    pip install exchange_calendars==4.13.2 'pandas<3' tzdata==2026.6
    python3 src/engine/series/calendar/generate.py

exchanges.txt has one block per exchange, all times on the clock of its zone:

    calendar CODE ZONE FIRST LAST         the days that the calendar knows
    hours DATE WEEKDAYS HOURS             from this date on; weekdays are digits, Monday is 1
    closed YEAR MMDD...                   weekdays without a session
    on HOURS YYYYMMDD...                  sessions of other hours, or on other days
    alias NAME CODE

HOURS are HH:MM-HH:MM, or two of these around a break; `<` is a time of the day before, `>` of the day after.

zones.txt has one line per zone:

    zone NAME OFFSETS RULE TRANSITION...
    link NAME ZONE

OFFSETS are seconds east of UTC, of which the first holds in 1970. A transition is the seconds since the one before (the
first since 1970), in base 36, and a letter: which offset holds from then on, A is the first. RULE is the POSIX rule
that holds after the last transition, or `-`.
"""

import collections
import datetime as dt
import importlib.metadata
import importlib.resources
import pathlib
import random
import struct
import zoneinfo

import exchange_calendars
import pandas
from exchange_calendars.calendar_utils import _default_calendar_aliases as ALIASES
from exchange_calendars.calendar_utils import _default_calendar_factories as FACTORIES

HERE = pathlib.Path(__file__).parent
SAMPLES = HERE.parents[3] / "tests/data/calendars.txt"
FIRST, LAST = pandas.Timestamp("1970-01-01"), pandas.Timestamp("2040-12-31")
# Not the calendar of an exchange, or UTC.
OMITTED = {"us_futures", "24/7"}
# The National Stock Exchange of India trades on the days and at the hours of the BSE.
ALSO = {"XNSE": "XBOM", "NSE": "XBOM"}
WITH_BARS = {"XNYS", "XLON", "XHKG", "XTKS", "XETR", "XBOM", "CMES", "XASX", "XTAE", "24/5"}
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
HEAD = "# Written by generate.py from {} {}: do not edit.\n"


def build(code):
    kind = FACTORIES[code]
    first, last = kind.bound_min() or FIRST, kind.bound_max() or LAST
    return kind(start=max(first, FIRST), end=min(last, LAST)), max(first, FIRST), min(last, LAST)


def clock(moment, date):
    """A time of the schedule on the clock of the exchange."""
    days = (moment.date() - date).days
    assert -1 <= days <= 1 and moment.second == 0, (moment, date)
    return {-1: "<", 0: "", 1: ">"}[days] + moment.strftime("%H:%M")


def sessions(calendar):
    """The sessions of a calendar: date and hours."""
    columns = ["open", "break_start", "break_end", "close"]
    local = calendar.schedule[columns].apply(lambda column: column.dt.tz_convert(calendar.tz))
    found = {}
    for label, opens, pause, resumes, closes in local.itertuples():
        date = label.date()
        if pandas.isna(pause):
            found[date] = f"{clock(opens, date)}-{clock(closes, date)}"
        else:
            found[date] = f"{clock(opens, date)}-{clock(pause, date)},{clock(resumes, date)}-{clock(closes, date)}"
    return found


def regular(calendar, found, first):
    """From which date on which weekdays and hours are the regular ones."""
    changes = {first.date()}
    lists = (calendar.open_times, calendar.close_times, calendar.break_start_times, calendar.break_end_times)
    changes |= {at.date() for times in lists for at, _ in times or () if at is not None and at > first}
    # Of the weeks of other weekdays, only those that last.
    for begins, ends, _ in getattr(calendar, "special_weekmasks", None) or ():
        if ends is not None and (begins is None or (ends - begins).days > 365):
            changes |= {(ends + pandas.Timedelta(days=1)).date()} if ends >= first else set()
    periods = sorted(changes)
    rows = []
    for begins, ends in zip(periods, [*periods[1:], dt.date.max]):
        inside = {date: hours for date, hours in found.items() if begins <= date < ends}
        if not inside:
            continue
        most = collections.Counter(inside.values()).most_common(1)[0][0]
        days = collections.Counter(date.isoweekday() for date in inside)
        weekdays = "".join(str(day) for day in range(1, 8) if 2 * days[day] > max(days.values()))
        if not rows or rows[-1][1:] != (weekdays, most):
            rows.append((begins, weekdays, most))
    return rows


def block(code, links):
    calendar, first, last = build(code)
    found = sessions(calendar)
    rows = regular(calendar, found, first)
    lines = [f"calendar {code} {links.get(calendar.tz.key, calendar.tz.key)} {first.date()} {last.date()}"]
    lines += [f"hours {begins} {weekdays} {hours}" for begins, weekdays, hours in rows]
    closed, other = collections.defaultdict(list), collections.defaultdict(list)
    days = pandas.date_range(first, last)
    for date in (day.date() for day in days):
        _, weekdays, hours = [row for row in rows if row[0] <= date][-1]
        is_regular = str(date.isoweekday()) in weekdays
        if date in found and (not is_regular or found[date] != hours):
            other[found[date]].append(date)
        elif date not in found and is_regular:
            closed[date.year].append(date)
    lines += [f"closed {year} {' '.join(f'{day:%m%d}' for day in days)}" for year, days in closed.items()]
    lines += [f"on {hours} {' '.join(f'{day:%Y%m%d}' for day in days)}" for hours, days in sorted(other.items())]
    return lines, calendar


def base36(number):
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text or "0"


def zone(name):
    """The line of a zone, from its TZif file (RFC 9636)."""
    data = importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    sizes = struct.unpack(">6l", data[20:44])
    isut, isstd, leap, times, types, chars = sizes
    second = 44 + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    isut, isstd, leap, times, types, chars = struct.unpack(">6l", data[second + 20 : second + 44])
    at = second + 44
    moments = struct.unpack(f">{times}q", data[at : at + 8 * times])
    kinds = data[at + 8 * times : at + 9 * times]
    at += 9 * times
    offsets = [struct.unpack(">l", data[at + 6 * kind : at + 6 * kind + 4])[0] for kind in range(types)]
    at += 6 * types + chars + leap * 12 + isstd + isut
    rule = data[at:].decode().strip()
    now, later = offsets[0], []
    for moment, kind in zip(moments, kinds):
        if moment <= 0:
            now = offsets[kind]
        # The rule begins behind the last one, even where that changes nothing.
        elif offsets[kind] != (later[-1][1] if later else now) or moment == moments[-1]:
            later.append((moment, offsets[kind]))
    used = [now, *sorted({offset for _, offset in later} - {now})]
    before, told = 0, []
    for moment, offset in later:
        told.append(base36(moment - before) + chr(ord("A") + used.index(offset)))
        before = moment
    rule = rule if "," in rule else "-"
    return " ".join(["zone", name, ",".join(map(str, used)), rule, *told])


def zones():
    text = importlib.resources.files("tzdata").joinpath("zoneinfo", "tzdata.zi").read_text()
    names = [line.split()[1] for line in text.splitlines() if line.startswith("Z ")]
    links = [line.split()[1:] for line in text.splitlines() if line.startswith("L ")]
    names = sorted(name for name in names if name != "Factory")
    lines = [zone(name) for name in names]
    links = {name: target for target, name in links}
    lines += [f"link {name} {target}" for name, target in sorted(links.items())]
    return lines, names, links


def sample_sessions(code, calendar, random_):
    """Sessions, and days without one: at random, around changes of the clock, of other hours, and known ones."""
    found, days = sessions(calendar), list(pandas.date_range(calendar.first_session, calendar.last_session))
    dates = {random_.choice(days).date() for _ in range(12)}
    usual = collections.Counter(found.values()).most_common(1)[0][0]
    unusual = [date for date, hours in found.items() if hours != usual]
    dates |= {random_.choice(unusual) for _ in range(10)} if unusual else set()
    missing = [day.date() for day in days if day.date() not in found and day.weekday() < 5]
    dates |= {random_.choice(missing) for _ in range(10)} if missing else set()
    local = [day.tz_localize("UTC").tz_convert(calendar.tz).utcoffset() for day in days]
    changes = [days[at].date() for at in range(1, len(days)) if local[at] != local[at - 1]]
    for change in random_.sample(changes, min(4, len(changes))):
        dates |= {change + dt.timedelta(days=delta) for delta in (-1, 0, 1)}
    dates |= {days[0].date(), days[-1].date()}
    for known in ("2024-11-29", "2025-01-09", "2024-12-24", "2001-09-11", "2024-11-05"):
        dates.add(dt.date.fromisoformat(known))
    lines = []
    for date in sorted(dates):
        label = pandas.Timestamp(date)
        if not calendar.first_session <= label <= calendar.last_session:
            continue
        if date not in found:
            lines.append(f"none {code} {date}")
            continue
        row = calendar.schedule.loc[label, ["open", "break_start", "break_end", "close"]]
        told = ("-" if pandas.isna(each) else str(int(each.timestamp())) for each in row)
        lines.append(f"session {code} {date} {' '.join(told)}")
    return lines


def first_minute(tz, day):
    """When the clock of a zone first shows a date: the first such minute."""
    minute = int(day.timestamp()) - 16 * 3600
    while dt.datetime.fromtimestamp(minute, tz).date() < day.date():
        minute += 60
    return minute


def sample_days(name, random_):
    """When local days begin and end, by zoneinfo; days of a change of the clock among them."""
    tz = zoneinfo.ZoneInfo(name)
    # Before, Monrovia was seconds off.
    days = pandas.date_range("1973-01-01", "2199-12-31")
    offsets = [dt.datetime(day.year, day.month, day.day, 12, tzinfo=tz).utcoffset() for day in days]
    changes = [at for at in range(1, len(days)) if offsets[at] != offsets[at - 1]]
    chosen = {random_.randrange(1, len(days) - 1) for _ in range(3)}
    chosen |= {random_.choice(changes) for _ in range(3)} if changes else set()
    return [
        f"day {name} {days[at].date()} {first_minute(tz, days[at].tz_localize('UTC'))}"
        f" {first_minute(tz, days[at + 1].tz_localize('UTC'))}"
        for at in sorted(chosen)
    ]


def sample_bars(code, calendar, random_):
    """Bars: parts of sessions by the library, weeks and months of sessions by pandas."""
    known = [pandas.Timestamp(day) for day in ("2024-03-11", "2024-11-29", "2024-12-24", "2024-12-31")]
    sessions_ = calendar.sessions
    inside = [day for day in known if day in sessions_]
    lines = []
    for day in [*inside, *random_.sample(list(sessions_), 2)]:
        for minutes in (60, 240, 45):
            parts = calendar.trading_index(day, day, f"{minutes}min", force=True, ignore_breaks=False)
            told = " ".join(f"{int(part.left.timestamp())}:{int(part.right.timestamp())}" for part in parts)
            lines.append(f"parts {code} {minutes}m {told}")
    day = random_.choice(inside or list(sessions_[300:-300]))
    for name, period in (("1w", "W-SUN"), ("1M", "M"), ("3M", "Q"), ("12M", "Y")):
        of_period = sessions_[sessions_.to_period(period) == day.to_period(period)]
        schedule = calendar.schedule.loc[of_period]
        opens, closes = schedule["open"].min(), schedule["close"].max()
        lines.append(f"whole {code} {name} {int(opens.timestamp())} {int(closes.timestamp())}")
    return lines


def main():
    # Not the tables of this machine.
    zoneinfo.reset_tzpath(())
    random_ = random.Random(14)
    head = HEAD.format("exchange_calendars", exchange_calendars.__version__)
    zone_lines, names, links = zones()
    lines, samples = [], []
    for code in sorted(FACTORIES):
        if code in OMITTED:
            continue
        block_lines, calendar = block(code, links)
        lines += block_lines
        samples += sample_sessions(code, calendar, random_)
        if code in WITH_BARS:
            samples += sample_bars(code, calendar, random_)
    lines += [f"alias {name} {code}" for name, code in sorted({**ALIASES, **ALSO}.items())]
    (HERE / "exchanges.txt").write_text(head + "\n".join(lines) + "\n")
    version = importlib.metadata.version("tzdata")
    zone_head = HEAD.format("tzdata", version)
    (HERE / "zones.txt").write_text(zone_head + "\n".join(zone_lines) + "\n")
    for name in names:
        samples += sample_days(name, random_)
    SAMPLES.write_text(head + zone_head + "\n".join(samples) + "\n")


if __name__ == "__main__":
    main()
