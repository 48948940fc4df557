import type { RouteRecordRaw } from 'vue-router'
import { mayCreate, mayIssueOrders, oversees, PasswordPage, seesTasks, SignInPage, useSession } from '@/modules/access'
import { BurdenPage } from '@/modules/burden/phone'
import { ReachPage } from '@/modules/notify/phone'
import { BoardPage, OverduePage, ProgressPage } from '@/modules/operations/phone'
import { DelegationPage, PersonPage, UnitPage } from '@/modules/org/phone'
import { SearchPage } from '@/modules/search/phone'
import { InterviewsPage, OrderPage, OrdersPage, UrgesPage } from '@/modules/supervision/phone'
import { InboxPage } from '@/modules/talk/phone'
import {
  ActPage,
  DecomposePage,
  OutboxPage,
  SeriesListPage,
  SeriesPage,
  TaskListPage,
  TaskEditPage,
  TaskNewPage,
  TaskPage,
  TemplatePage,
  TemplatesPage,
  TodoPage,
} from '@/modules/tasks/phone'

/** The names are the desk's: links inside shared components lead to the same things here. */
const tab = { tab: true } as const
export const routes: RouteRecordRaw[] = [
  { path: '/sign-in', component: SignInPage, meta: { open: true, title: 'access.signIn' } },
  { path: '/password', name: 'password', component: PasswordPage, meta: { title: 'access.change.title' } },
  {
    path: '/',
    component: () => import('./PhoneShell.vue'),
    children: [
      {
        path: '',
        name: 'home',
        component: { render: () => null },
        beforeEnter: () => ({ name: startTab(), replace: true }),
      },
      { path: 'todo', name: 'todo', component: TodoPage, meta: { ...tab, title: 'app.nav.todo', may: seesTasks } },
      {
        path: 'tasks',
        name: 'tasks',
        component: TaskListPage,
        meta: { ...tab, title: 'app.nav.tasks', may: seesTasks },
      },
      {
        path: 'urges',
        name: 'urges',
        component: UrgesPage,
        meta: { ...tab, title: 'phone.tab.urges', may: seesTasks },
      },
      {
        path: 'board',
        name: 'board',
        component: BoardPage,
        meta: { ...tab, title: 'phone.tab.board', may: seesTasks },
      },
      { path: 'me', name: 'me', component: () => import('./MePage.vue'), meta: { ...tab, title: 'phone.tab.me' } },
      {
        path: 'progress',
        name: 'progress',
        component: ProgressPage,
        meta: { title: 'app.nav.progress', may: oversees },
      },
      { path: 'overdue', name: 'overdue', component: OverduePage, meta: { title: 'app.nav.overdue', may: oversees } },
      { path: 'units/:id', name: 'unit', component: UnitPage, props: true, meta: { title: 'progress.glance.unit' } },
      {
        path: 'people/:id',
        name: 'person',
        component: PersonPage,
        props: true,
        meta: { title: 'progress.glance.person' },
      },
      { path: 'orders', name: 'orders', component: OrdersPage, meta: { title: 'app.nav.orders', may: seesTasks } },
      { path: 'orders/:id', name: 'order', component: OrderPage, props: true, meta: { may: seesTasks } },
      {
        path: 'interviews',
        name: 'interviews',
        component: InterviewsPage,
        meta: { title: 'app.nav.interviews', may: mayIssueOrders },
      },
      { path: 'search', name: 'search', component: SearchPage, meta: { title: 'search.title', may: seesTasks } },
      { path: 'inbox', name: 'inbox', component: InboxPage, meta: { title: 'app.nav.inbox' } },
      { path: 'burden', name: 'burden', component: BurdenPage, meta: { title: 'app.nav.burden', may: seesTasks } },
      { path: 'reach', name: 'reach', component: ReachPage, meta: { title: 'app.person.reach' } },
      { path: 'delegation', name: 'delegation', component: DelegationPage, meta: { title: 'app.person.delegation' } },
      { path: 'outbox', name: 'outbox', component: OutboxPage, meta: { title: 'phone.outbox.title', may: seesTasks } },
      {
        path: 'series',
        name: 'series_list',
        component: SeriesListPage,
        meta: { title: 'app.nav.series', may: mayCreate },
      },
      { path: 'series/:id', name: 'series', component: SeriesPage, props: true, meta: { may: mayCreate } },
      {
        path: 'templates',
        name: 'templates',
        component: TemplatesPage,
        meta: { title: 'app.nav.templates', may: mayCreate },
      },
      { path: 'templates/:id', name: 'template', component: TemplatePage, props: true, meta: { may: mayCreate } },
      { path: 'tasks/new', name: 'create', component: TaskNewPage, meta: { title: 'phone.create', may: mayCreate } },
      { path: 'tasks/:id', name: 'task', component: TaskPage, props: true, meta: { may: seesTasks } },
      { path: 'tasks/:id/edit', name: 'edit', component: TaskEditPage, props: true, meta: { may: seesTasks } },
      {
        path: 'tasks/:id/decompose',
        name: 'decompose',
        component: DecomposePage,
        props: true,
        meta: { may: seesTasks },
      },
      { path: 'tasks/:id/act/:action', name: 'act', component: ActPage, props: true, meta: { may: seesTasks } },
      {
        path: ':path(.*)*',
        name: 'missing',
        component: () => import('./MissingPage.vue'),
        meta: { title: 'app.missing.title' },
      },
    ],
  },
]

/** Leaders come for what is red, everybody else for what to do now. */
function startTab(): string {
  const session = useSession()
  if (!seesTasks(session.roles)) return 'me'
  return session.role === 'leader' || session.role === 'centre' ? 'board' : 'todo'
}
