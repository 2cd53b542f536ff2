-- Promises by line; the single columns hold for lines with one promise.
create table line_promise as
select
    order_line_id,
    count(*) as promises,
    min(promised_date) as promised_date,
    min(set_date) as set_date,
    min(notified_date) as notified_date
from promise_history
group by order_line_id;
