-- One event of ours for each product of an event of Google's. Parameters are a list of keys and values of four types.
with events as (
    select
        _line,
        "event_name" as name,
        "event_timestamp" as stamp,
        case "event_name"
            when 'view_item' then 'view'
            when 'view_item_list' then 'impression'
            when 'select_item' then 'click'
            when 'add_to_cart' then 'add_to_cart'
            when 'remove_from_cart' then 'remove_from_cart'
            when 'add_to_wishlist' then 'add_to_wishlist'
            when 'begin_checkout' then 'begin_checkout'
            when 'purchase' then 'purchase'
            when 'refund' then 'refund'
        end as event_type,
        "user_id" as customer_id,
        "user_pseudo_id" as anonymous_id,
        concat_ws('/', "user_pseudo_id", "event_timestamp", "event_name", "event_bundle_sequence_id",
            "batch_page_id", "batch_ordering_id", "batch_event_index") as origin,
        map_from_entries(list_distinct(list_transform(elements("event_params"), lambda p: row(
            p ->> 'key',
            coalesce(p -> 'value' ->> 'string_value', p -> 'value' ->> 'int_value', p -> 'value' ->> 'double_value',
                p -> 'value' ->> 'float_value'))))) as params,
        elements("items") as items,
        "ecommerce" ->> 'transaction_id' as transaction_id
    from file),
products as (
    select *, unnest(items) as item, generate_subscripts(items, 1) as nth
    from events
    where event_type is not null)
select
    _line,
    'ga4-' || left(md5(concat_ws('/', origin, nth, coalesce(item ->> 'item_variant', ''), item ->> 'item_id')), 28)
        as event_id,
    event_type,
    make_timestamptz(try_cast(stamp as bigint)) as occurred_at,
    customer_id,
    anonymous_id,
    params['ga_session_id'] as session_id,
    nullif(item ->> 'item_id', '(not set)') as sku,
    item ->> 'quantity' as quantity,
    item ->> 'price' as price,
    case when item ->> 'price' is not null then params['currency'] end as currency,
    nullif(item ->> 'item_list_name', '(not set)') as placement,
    params['campaign'] as campaign,
    case when transaction_id <> '(not set)' then cast(json_object('order_id', transaction_id) as varchar) end
        as properties,
    null as _left_out
from products
union all by name
select _line, 'event about no product' as _left_out
from events
where event_type is null or len(items) = 0
