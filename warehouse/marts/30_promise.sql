-- Promises by line; the single columns hold for lines with one promise, only lines with several are added up.
create table line_promised_often as
select order_line_id from promise_history group by order_line_id having count(*) > 1;

create view line_promise as
select order_line_id, 1 as promises, promised_date, set_date, notified_date
from promise_history
anti join line_promised_often on line_promised_often.order_line_id = promise_history.order_line_id
union all
select
    order_line_id,
    count(*) as promises,
    min(promised_date) as promised_date,
    min(set_date) as set_date,
    min(notified_date) as notified_date
from promise_history
semi join line_promised_often on line_promised_often.order_line_id = promise_history.order_line_id
group by order_line_id;
