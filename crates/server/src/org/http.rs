use axum::{http::StatusCode, response::Response};
use db::Tx;
use kit::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::{
    delegation, import,
    model::{Member, Person, PersonId, PersonInput, TenureId, Unit, UnitId, UnitInput},
    people::{self, NewPerson, person},
    store::{self, PersonFilter},
    units,
};
use crate::{
    access::{self, InitialPassword, ManageOrganisation, NewAccount, Permitted, SignedIn},
    app::{App, Ctx, Fields, Outcome, Refusal},
    guarded,
    http::{Cursor, Idem, Json, Limit, Path, Problem, Query, mutate, mutate_once},
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(list_units, add_unit))
        .routes(guarded!(update_unit))
        .routes(guarded!(set_liaisons))
        .routes(guarded!(people_of_unit))
        .routes(guarded!(list_persons, add_person))
        .routes(guarded!(update_person))
        .routes(guarded!(reset_password))
        .routes(guarded!(end_tenure))
        .merge(delegation::routes())
        .merge(import::routes())
}

/// The whole tree of units, flat, depth first.
#[derive(Debug, Serialize, ToSchema)]
struct Units {
    items: Vec<Unit>,
}

/// Lists every unit, depth first, obsolete ones included.
#[utoipa::path(get, path = "/units", tag = "org", responses((status = 200, body = Units)))]
async fn list_units(me: Permitted<SignedIn>) -> Result<Json<Units>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(Units { items: units::list_units(&mut tx, &me.ctx).await? }))
}

/// Makes a unit. Only administrators.
#[utoipa::path(post, path = "/units", tag = "org", request_body = UnitInput, responses((status = 201, body = Unit)))]
async fn add_unit(me: Permitted<ManageOrganisation>, idem: Idem, Json(input): Json<UnitInput>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let id = units::add_unit(tx, &me.ctx, &input).await?;
        unit(tx, &me.ctx, id).await
    })
    .await
}

async fn unit(tx: &mut Tx, ctx: &Ctx, id: UnitId) -> Outcome<Unit> {
    units::list_units(tx, ctx).await?.into_iter().find(|unit| unit.id == id).ok_or(Refusal::NotFound)
}

/// Changes a unit. Only administrators.
#[utoipa::path(patch, path = "/units/{id}", tag = "org", params(("id" = UnitId, Path)), request_body = UnitInput,
    responses((status = 200, body = Unit)))]
async fn update_unit(
    me: Permitted<ManageOrganisation>,
    Path(id): Path<UnitId>,
    idem: Idem,
    Json(input): Json<UnitInput>,
) -> Result<Response, Problem> {
    let changed = mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        units::update_unit(tx, &me.ctx, id, &input).await?;
        unit(tx, &me.ctx, id).await
    });
    match changed.await {
        Err(problem) if problem.is_late() => Err(problem.with_current(present(unit(&mut me.app.db.read().await?, &me.ctx, id).await?)?)),
        other => other,
    }
}

fn present<T: Serialize>(value: T) -> Outcome<serde_json::Value> {
    serde_json::to_value(value).map_err(Refusal::internal)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LiaisonsInput {
    person_ids: Vec<PersonId>,
}

/// Says who signs for a unit from today on. Only administrators.
#[utoipa::path(put, path = "/units/{id}/liaisons", tag = "org", params(("id" = UnitId, Path)), request_body = LiaisonsInput,
    responses((status = 200, body = Unit)))]
async fn set_liaisons(
    me: Permitted<ManageOrganisation>,
    Path(id): Path<UnitId>,
    idem: Idem,
    Json(input): Json<LiaisonsInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        people::set_liaisons(tx, &me.ctx, id, &input.person_ids).await?;
        unit(tx, &me.ctx, id).await
    })
    .await
}

/// Persons with a post in a unit or below it.
#[derive(Debug, Serialize, ToSchema)]
struct Members {
    items: Vec<Member>,
}

/// Lists whom a task can be given to in a unit: its own persons first, heads before staff.
#[utoipa::path(get, path = "/units/{id}/people", tag = "org", params(("id" = UnitId, Path)), responses((status = 200, body = Members)))]
async fn people_of_unit(me: Permitted<SignedIn>, Path(id): Path<UnitId>) -> Result<Json<Members>, Problem> {
    let mut tx = me.app.db.read().await?;
    if store::unit(&mut tx, id).await?.is_none() {
        return Err(Refusal::NotFound.into());
    }
    let mut items = store::members(&mut tx, id, me.ctx.today()).await?;
    // Somebody with two posts here is one person: the first, which is the higher one, counts.
    let mut seen = std::collections::HashSet::new();
    items.retain(|member| seen.insert(member.id));
    Ok(Json(Members { items }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PersonsQuery {
    /// A part of the name or the login.
    q: Option<String>,
    /// With a post in this unit or below it.
    unit_id: Option<UnitId>,
    /// Those who have left, too.
    #[serde(default)]
    former: bool,
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 200, 50 when missing.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
}

/// A page of persons.
#[derive(Debug, Serialize, ToSchema)]
struct Persons {
    items: Vec<Person>,
    next_cursor: Option<String>,
}

/// Lists persons by name. Telephone numbers are whole for administrators, the centre and leaders, and one's own.
#[utoipa::path(get, path = "/persons", tag = "org", params(PersonsQuery), responses((status = 200, body = Persons)))]
async fn list_persons(me: Permitted<SignedIn>, Query(query): Query<PersonsQuery>) -> Result<Json<Persons>, Problem> {
    let limit = query.limit.get()?;
    let mut fields = Fields::default();
    let q = fields.optional_text("q", query.q.as_deref(), 60);
    fields.finish()?;
    let filter = PersonFilter {
        q,
        unit: query.unit_id,
        former: query.former,
        after: query.cursor.as_deref().map(Cursor::read).transpose()?,
        limit: limit + 1,
    };
    let mut tx = me.app.db.read().await?;
    let mut rows = store::persons(&mut tx, filter, me.ctx.today()).await?;
    let next_cursor = Cursor::cut(&mut rows, limit, |last| (last.name.clone(), last.id))?;
    let items = people::assemble(&mut tx, &me.ctx, rows).await?;
    Ok(Json(Persons { items, next_cursor }))
}

/// A person just made.
#[derive(Debug, Serialize, ToSchema)]
struct AddedPerson {
    #[serde(flatten)]
    person: Person,
    /// What they sign in with the first time; shown only here.
    initial_password: String,
}

/// Makes a person with a post and an account. Only administrators.
#[utoipa::path(post, path = "/persons", tag = "org", request_body = PersonInput, responses((status = 201, body = AddedPerson)))]
async fn add_person(me: Permitted<ManageOrganisation>, idem: Idem, Json(input): Json<PersonInput>) -> Result<Response, Problem> {
    let InitialPassword { password, hash } = InitialPassword::make(&me.ctx.rng).await?;
    let done = "此人已经新增，初始密码只显示一次。没有记下的，请为此人重置密码。";
    mutate_once(&me.app, &me.ctx, &idem, StatusCode::CREATED, done, async |tx| {
        let id = add(tx, &me.ctx, &input, &hash).await?;
        Ok(AddedPerson { person: person(tx, &me.ctx, id).await?, initial_password: password })
    })
    .await
}

async fn add(tx: &mut Tx, ctx: &Ctx, input: &PersonInput, hash: &str) -> Outcome<PersonId> {
    let mut fields = Fields::default();
    let (Some(login), Some(unit), Some(post_kind)) = (&input.login, input.unit_id, input.post_kind) else {
        for (field, missing) in
            [("login", input.login.is_none()), ("unit_id", input.unit_id.is_none()), ("post_kind", input.post_kind.is_none())]
        {
            if missing {
                fields.add(field, "不能为空");
            }
        }
        return Err(fields.finish().err().unwrap_or(Refusal::NotFound));
    };
    let new = NewPerson {
        name: input.name.as_deref().unwrap_or_default(),
        phone: input.phone.as_deref(),
        unit,
        post_name: input.post_name.as_deref().unwrap_or_default(),
        post_kind,
        charges: input.charge_unit_ids.as_deref().unwrap_or_default(),
        from: ctx.today(),
    };
    let person = people::add_person(tx, ctx, &new).await?;
    let administrator = input.administrator.unwrap_or(false);
    let account = NewAccount { person, login, must_change: true, administrator };
    access::create_account_with(tx, ctx, &account, hash).await?;
    Ok(person)
}

/// Changes a person; a new unit or post begins today. Only administrators.
#[utoipa::path(patch, path = "/persons/{id}", tag = "org", params(("id" = PersonId, Path)), request_body = PersonInput,
    responses((status = 200, body = Person)))]
async fn update_person(
    me: Permitted<ManageOrganisation>,
    Path(id): Path<PersonId>,
    idem: Idem,
    Json(input): Json<PersonInput>,
) -> Result<Response, Problem> {
    let changed = mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        people::update_person(tx, &me.ctx, id, &input).await?;
        update_account(tx, &me.ctx, id, &input).await?;
        person(tx, &me.ctx, id).await
    });
    match changed.await {
        Err(problem) if problem.is_late() => Err(problem.with_current(present(person(&mut me.app.db.read().await?, &me.ctx, id).await?)?)),
        other => other,
    }
}

async fn update_account(tx: &mut Tx, ctx: &Ctx, id: PersonId, input: &PersonInput) -> Outcome<()> {
    let Some(row) = store::person(tx, id).await? else { return Err(Refusal::NotFound) };
    if let Some(login) = input.login.as_deref().filter(|login| Some(*login) != row.login.as_deref()) {
        access::change_login(tx, ctx, id, login).await?;
    }
    if let Some(administrator) = input.administrator.filter(|wanted| Some(*wanted) != row.administrator) {
        access::set_administrator(tx, ctx, id, administrator).await?;
    }
    if input.active == Some(false) {
        access::leave(tx, id).await?;
    }
    Ok(())
}

/// A password just made.
#[derive(Debug, Serialize, ToSchema)]
struct NewPassword {
    /// What they sign in with the next time; shown only here.
    password: String,
}

/// Gives a person a new initial password and ends their sessions. Only administrators.
#[utoipa::path(post, path = "/persons/{id}/password-reset", tag = "org", params(("id" = PersonId, Path)),
    responses((status = 200, body = NewPassword)))]
async fn reset_password(me: Permitted<ManageOrganisation>, Path(id): Path<PersonId>, idem: Idem) -> Result<Response, Problem> {
    let new = InitialPassword::make(&me.ctx.rng).await?;
    let done = "密码已经重置，新的初始密码只显示一次。没有记下的，请再重置一次。";
    mutate_once(&me.app, &me.ctx, &idem, StatusCode::OK, done, async |tx| {
        access::reset_password(tx, &me.ctx, id, &new).await?;
        Ok(NewPassword { password: new.password })
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EndInput {
    /// The last day in the post; today when missing.
    last_day: Option<Day>,
}

/// Ends a post. Only administrators.
#[utoipa::path(post, path = "/tenures/{id}/end", tag = "org", params(("id" = TenureId, Path)), request_body = EndInput,
    responses((status = 200, body = Person)))]
async fn end_tenure(
    me: Permitted<ManageOrganisation>,
    Path(id): Path<TenureId>,
    idem: Idem,
    Json(input): Json<EndInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        let whose = people::end_tenure(tx, &me.ctx, id, input.last_day.unwrap_or(me.ctx.today())).await?;
        person(tx, &me.ctx, whose).await
    })
    .await
}
