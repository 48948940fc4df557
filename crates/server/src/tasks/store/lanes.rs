//! Pages that an index already has in the order asked for.
//!
//! What somebody sees, they see for one of few reasons ([`Way`]): they made it, their unit issued it, they or their unit have a part
//! in it. For each there is an index in the order of the days; a page is the first rows of each, put together. So a page costs
//! what it shows, and not what the area has, nor what the unit ever had.

use db::Sql;

use super::{
    list::{After, Eye, bind_value, push_filter},
    select_task,
};
use crate::{
    access::Way,
    tasks::filter::{Filter, Sort, SortKey},
};

/// Beyond so many reasons one look at all that is seen is cheaper.
const MOST_WAYS: usize = 120;

/// The order of an index.
struct Lane {
    /// On the task, and on the part.
    task: &'static str,
    part: &'static str,
    /// What is in the index: said in the words of the index, so that the planner sees it.
    tasks: &'static str,
    parts: &'static str,
}

const OPEN: Lane = Lane {
    task: "coalesce(t.due_day, '9999')",
    part: "sp.open_day",
    tasks: " and t.state in ('dispatched', 'active')",
    parts: " and sp.open_day is not null",
};
const CREATED: Lane = Lane { task: "t.created_at", part: "sp.task_at", tasks: "", parts: "" };

fn lane(filter: &Filter, key: SortKey) -> Option<&'static Lane> {
    match key {
        SortKey::CreatedAt => Some(&CREATED),
        SortKey::DueDay if filter.only_open() => Some(&OPEN),
        _ => None,
    }
}

/// The statement of a page for somebody who does not see everything; `None` where no index has the order.
pub(super) fn page(eye: &Eye<'_>, filter: &Filter, sort: Sort, after: After<'_>, limit: i64) -> Option<Sql> {
    let lane = lane(filter, sort.key)?;
    let ways = eye.scope.ways().filter(|ways| ways.len() <= MOST_WAYS)?;
    let way_down = if sort.descending { " desc" } else { "" };
    let mut sql = Sql::new(select_task!("join (select id, place from ("));
    for (n, way) in ways.into_iter().enumerate() {
        if n > 0 {
            sql.push(" union ");
        }
        sql.push("select id, place from (");
        let (place, id) = match way {
            Way::Creator(person) => {
                sql.push("select t.id, ").push(lane.task).push(" as place from task t where t.creator_id = ").bind(person.0);
                sql.push(lane.tasks);
                (lane.task, "t.id")
            }
            Way::Issuer(unit) => {
                sql.push("select t.id, ").push(lane.task).push(" as place from task t where t.issuer_unit_id = ").bind(unit.0);
                sql.push(lane.tasks);
                (lane.task, "t.id")
            }
            Way::Person(person) => {
                push_part(&mut sql, lane).push("person_id = ").bind(person.0).push(lane.parts);
                (lane.part, "sp.task_id")
            }
            Way::Unit(unit) => {
                push_part(&mut sql, lane).push("unit_id = ").bind(unit.0).push(lane.parts);
                (lane.part, "sp.task_id")
            }
        };
        push_filter(&mut sql, eye, filter);
        if let Some((value, last)) = after {
            sql.push(" and (").push(place).push(", ").push(id).push(if sort.descending { ") < (" } else { ") > (" });
            bind_value(&mut sql, value).push(", ").bind(last.0).push(")");
        }
        sql.push(" order by ").push(place).push(way_down).push(", ").push(id).push(way_down).push(" limit ").bind(limit).push(") w");
    }
    sql.push(") ways order by place").push(way_down).push(", id").push(way_down).push(" limit ").bind(limit);
    sql.push(") page on page.id = t.id order by page.place").push(way_down).push(", page.id").push(way_down);
    Some(sql)
}

/// A unit may have two parts in a task, which is one row of the page. The parts come first: theirs is the order.
fn push_part<'a>(sql: &'a mut Sql, lane: &Lane) -> &'a mut Sql {
    sql.push("select distinct sp.task_id as id, ").push(lane.part);
    sql.push(" as place from party sp cross join task t where t.id = sp.task_id and t.dispatched_at is not null and sp.")
}
