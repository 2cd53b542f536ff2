-- One row per month from the first order or snapshot to half a year after the last: month counts January of year 0 as 0.
create table month_end as
with reach as (
    select min(first_day) as first_day, max(last_day) as last_day
    from (
        select min(coalesce(ordered_date, entered_date)) as first_day, max(coalesce(ordered_date, entered_date)) as last_day
        from line_known
        union all
        select min(snapshot_date) as first_day, max(snapshot_date) as last_day from opportunity_snapshot
    ) as dated
),
digit as (
    select unnest([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) as value
),
step as (
    select hundreds.value * 100 + tens.value * 10 + ones.value as months
    from digit as hundreds
    cross join digit as tens
    cross join digit as ones
),
first_of as (
    select (date_trunc('month', first_day) + step.months * interval 1 month)::date as first_day, last_day
    from reach
    cross join step
    where first_day is not null
)
select
    year(first_day) * 12 + month(first_day) - 1 as month,
    first_day,
    (first_day + interval 1 month)::date - 1 as last_day
from first_of
where first_day <= (last_day + interval 6 month)::date;

-- What one unit of a currency is worth in the reporting currency at each month end; no row = no rate. No currency named
-- means the reporting currency. The rate is wide, so that its product with an amount of millions fits.
create table month_rate as
select month_end.month, fx.from_ccy as currency, fx.rate::decimal(38, 8) as rate
from month_end
join fx on fx.rate_date = month_end.last_day
union all
select month, '' as currency, 1::decimal(38, 8) as rate from month_end;
