"""Step 10: one table that turns any amount of any day into the reporting currency.

`fx` has a row per day and currency, the last known rate carried forward. Rates are taken as stated, else reversed, else
through one currency that both have a rate with. The reporting currency itself has the rate 1 on every day; a day before
the first rate has no row, so what needs it is counted as fx_missing.
"""

from warehouse.steps.job import Job

FIRST_DAY = "1970-01-01"
YEARS_AHEAD = 5


def fx(job: Job) -> None:
    """Write company_setting and fx (rate_date, from_ccy, rate: reporting currency per from_ccy)."""
    job.run("update fx_rate set from_ccy = upper(trim(from_ccy)), to_ccy = upper(trim(to_ccy))")
    reporting = job.settings.reporting_currency or _only_currency(job)
    set_ = job.settings
    job.run("create table company_setting as select $1::varchar as tz, $2::varchar as reporting_currency, "
            "$3::varchar as fiscal_start, $4::varchar as fiscal_calendar, $5::integer as week_start",
            [set_.tz, reporting, set_.fiscal_start, set_.fiscal_calendar, set_.week_start])  # fmt: skip
    job.facts["reporting_currency"] = reporting
    last_day = max([load.local_date(set_.tz) for load in job.loads], default=None)
    job.run("create table fx (rate_date date, from_ccy varchar, rate decimal(38, 8))")
    if reporting is None or last_day is None:
        return
    job.run(f"""
        insert into fx
        with pair as (
            select rate_date, from_ccy, to_ccy, rate::double as rate, 1 as hops from fx_rate where rate > 0
            union all select rate_date, to_ccy, from_ccy, 1 / rate::double, 2 from fx_rate where rate > 0
        ), hop as (
            select rate_date, from_ccy, rate, hops from pair where to_ccy = $1
            union all
            select a.rate_date, a.from_ccy, a.rate * b.rate, a.hops + b.hops + 2
            from pair as a join pair as b on a.rate_date = b.rate_date and a.to_ccy = b.from_ccy and b.to_ccy = $1
            where a.to_ccy <> $1
        ), known as (
            select rate_date, from_ccy, arg_min(rate, (hops, rate)) as rate from hop where from_ccy <> $1 group by all
        ), lasting as (
            select *, coalesce(lead(rate_date) over (partition by from_ccy order by rate_date),
                               $2::date + interval {YEARS_AHEAD} year) as until from known
        )
        select cast(day as date), from_ccy, cast(rate as decimal(38, 8))
        from lasting, unnest(generate_series(rate_date::timestamp, until - interval 1 day, interval 1 day)) as days(day)
        union all
        select cast(day as date), $1, 1
        from unnest(generate_series(
            timestamp '{FIRST_DAY}', $2::date + interval {YEARS_AHEAD} year, interval 1 day)) as days(day)
    """, [reporting, last_day])  # fmt: skip


def _only_currency(job: Job) -> str | None:
    """The one currency of all amounts; None when there are several or none."""
    named = [
        table.name for table in job.tables.values() if "currency" in table.columns and job.of(table.name, "currency")
    ]
    if not named:
        return None
    union = " union ".join(f"select distinct upper(trim(currency)) as currency from {name}" for name in named)
    found = job.run(f"select currency from ({union}) where currency is not null limit 2")
    return found[0][0] if len(found) == 1 else None
