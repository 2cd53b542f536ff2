with line as (
    select * from line_known
    union all
    select * from order_known
),
asked as (
    select
        survey.response_id,
        coalesce(survey.order_id, case_ticket.order_id) as order_id,
        survey.customer_id,
        survey.survey_type,
        survey.score,
        survey.scale_min,
        survey.scale_max,
        coalesce(survey.sent_date, survey.responded_date) as sent_date,
        case when survey.score is not null then coalesce(survey.responded_date, survey.sent_date) end as responded_date,
        survey.responded_at,
        survey.source_system,
        survey.source_object,
        survey.source_id,
        survey.load_id,
        survey.source_line
    from survey_response as survey
    left join case_ticket on case_ticket.case_id = survey.case_id
),
-- a survey that names no order is about the last one its customer had complete, at most 60 days before
unnamed as (
    select asked.response_id, asked.sent_date, line.order_id, max(line.completion_date) as done_date
    from asked
    join line
        on line.customer_id = asked.customer_id
        and line.known_from <= asked.sent_date and (line.known_to is null or line.known_to > asked.sent_date)
    where asked.order_id is null
    group by asked.response_id, asked.sent_date, line.order_id
    having bool_and(coalesce(line.completion_known_date <= asked.sent_date, line.cancel_class = 'excusable'))
),
last_order as (
    select response_id, arg_max(order_id, (done_date, order_id)) as order_id
    from unnamed
    where done_date between sent_date - 60 and sent_date
    group by response_id
),
survey as (
    select
        asked.* exclude (order_id),
        coalesce(asked.order_id, last_order.order_id) as order_id,
        last_order.order_id is not null as is_inferred
    from asked
    left join last_order on last_order.response_id = asked.response_id
),
-- of several answers on one order the last one counts, from the day it came
dated as (
    select
        *,
        case when order_id is not null and responded_date is not null then lead(responded_date) over (
            partition by order_id, survey_type, responded_date is null order by responded_date, responded_at nulls first, response_id
        ) end as superseded_date,
        min(sent_date) filter (where responded_date is null) over () as unanswered_since
    from survey
),
-- the type with most answers until a day, told at each change
told as (
    select responded_date, survey_type, count(*) as answers
    from dated
    where responded_date is not null
    group by responded_date, survey_type
),
counted as (
    select
        day.responded_date,
        kind.survey_type,
        sum(coalesce(told.answers, 0)) over (partition by kind.survey_type order by day.responded_date) as answers
    from (select distinct responded_date from told) as day
    cross join (select distinct survey_type from told) as kind
    left join told
        on told.responded_date = day.responded_date and told.survey_type is not distinct from kind.survey_type
),
leader as (
    select responded_date, coalesce(survey_type, '') as survey_type
    from counted
    qualify row_number() over (partition by responded_date order by answers desc, survey_type nulls first) = 1
),
main as (
    select string_agg(responded_date::varchar || ' ' || survey_type, ', ' order by responded_date) as main_types
    from (
        select * from leader
        qualify survey_type is distinct from lag(survey_type) over (order by responded_date)
    ) as change
),
scaled as (
    select
        *,
        case survey_type when 'csat' then 1 when 'nps' then 0 when 'ces' then 1 end as low,
        case survey_type when 'csat' then 5 when 'nps' then 10 when 'ces' then 7 end as high
    from dated
),
notice as (
    select
        order_line_id,
        order_id,
        min(sent_date) as notice_date
    from customer_notification
    where kind in ('delay_notice', 'promise_change')
    group by order_line_id, order_id
),
line_notice as (
    select order_line_id, min(notice_date) as notice_date from notice where order_line_id is not null group by order_line_id
),
order_notice as (
    select order_id, min(notice_date) as notice_date from notice where order_line_id is null group by order_id
),
promise_notice as (
    select order_line_id, min(notified_date) as notice_date from promise_history where promise_seq > 1 group by order_line_id
),
noticed as (
    select least(
        (select min(notice_date) from notice),
        (select min(notified_date) from promise_history)
    ) as notices_since
),
-- a first response is due by the hour where the hours are known, else by days: up to 24 hours are the next day
sla as (
    select
        one.case_id,
        arg_min(
            case_sla.first_response_hours, (case_sla.category is null)::int + (case_sla.priority is null)::int
        )::double as hours
    from case_ticket as one
    join case_sla
        on (case_sla.category is null or case_sla.category = one.category)
        and (case_sla.priority is null or case_sla.priority = one.priority)
    where case_sla.first_response_hours is not null
    group by one.case_id
),
due as (
    select
        one.case_id,
        one.opened_at is not null and (one.first_response_at is not null or one.first_response_date is null) as by_hour,
        one.opened_at + to_seconds(sla.hours * 3600) as due_at,
        one.opened_date + ceil(sla.hours / 24)::int as due_date
    from case_ticket as one
    join sla on sla.case_id = one.case_id
),
-- the first day on which it is known that nobody had answered in time
waited as (
    select
        due.case_id,
        case
            when due.by_hour then one.opened_date + (due.due_at::date - one.opened_at::date)::int
            else due.due_date + 1
        end as missed_date
    from due
    join case_ticket as one on one.case_id = due.case_id
    where case
        when due.by_hour then coalesce(one.first_response_at > due.due_at, true)
        else coalesce(one.first_response_date > due.due_date, true)
    end
),
inquiry as (
    select
        case_ticket.order_id,
        min(case_ticket.opened_date) filter (
            where case_ticket.category in ('order_status', 'no_reply', 'wrong_information')
        ) as inquiry_date,
        min(waited.missed_date) as sla_missed_date
    from case_ticket
    left join waited on waited.case_id = case_ticket.case_id
    where case_ticket.order_id is not null
    group by case_ticket.order_id
)
select
    survey.response_id,
    coalesce(line.order_line_id, '') as order_line_id,
    greatest(survey.sent_date, line.known_from) as known_from,
    line.known_to,
    survey.order_id,
    coalesce(survey.customer_id, line.customer_id) as customer_id,
    line.customer,
    line.segment,
    line.tier,
    line.region,
    line.country,
    line.family,
    line.category,
    line.site,
    line.carrier,
    line.any_first_known_date,
    line.attribute_backfilled,
    survey.survey_type,
    main.main_types,
    survey.score,
    case
        when survey.scale_max is not null and survey.scale_min is not null and survey.scale_max <> survey.scale_min
            and survey.low is not null
            then survey.low + (survey.score - survey.scale_min) / (survey.scale_max - survey.scale_min)
                * (survey.high - survey.low)
        else survey.score
    end as scaled_score,
    survey.sent_date,
    survey.responded_date,
    survey.superseded_date,
    survey.unanswered_since,
    survey.is_inferred,
    line.first_promised_date,
    line.promise_set_date,
    line.grace_days,
    line.completion_date,
    line.completion_known_date,
    line.any_completion_date,
    line.any_completion_known_date,
    line.cancel_class,
    line.uom_missing,
    line.repromise_count,
    line.notified_count,
    line.damaged_date,
    complaint.returned_bad_date,
    least(line_notice.notice_date, order_notice.notice_date, promise_notice.notice_date) as notice_date,
    noticed.notices_since,
    inquiry.inquiry_date,
    inquiry.sla_missed_date,
    survey.source_system,
    survey.source_object,
    survey.source_id,
    survey.load_id,
    survey.source_line
from scaled as survey
cross join noticed
cross join main
left join line
    on line.order_id = survey.order_id and (line.known_to is null or line.known_to > survey.sent_date)
left join line_complaint as complaint on complaint.order_line_id = line.order_line_id
left join line_notice on line_notice.order_line_id = line.order_line_id
left join promise_notice on promise_notice.order_line_id = line.order_line_id
left join order_notice on order_notice.order_id = survey.order_id
left join inquiry on inquiry.order_id = survey.order_id
