import type { RouteRecordRaw } from 'vue-router'
import type { Role } from '@/api/types'
import {
  mayCreate,
  mayImport,
  mayJudge,
  mayKeepRules,
  mayWatch,
  oversees,
  PasswordPage,
  seesTasks,
  SignInPage,
} from '@/modules/access'
import { BurdenPage, BurdenRulesPage, StatementPage } from '@/modules/burden'
import { CalendarPage } from '@/modules/calendar'
import { ChecksPage, LibraryPage } from '@/modules/files'
import { DeliveryRulesPage, ReachPage } from '@/modules/notify'
import { HomePage, ImportPage, OverduePage, ProgressPage } from '@/modules/operations'
import { DelegationPage, OrgPage } from '@/modules/org'
import { SearchPage } from '@/modules/search'
import { OrderPage, OrderRulesPage, OrdersPage, ReminderRulesPage, UrgesPage, WatchPage } from '@/modules/supervision'
import { InboxPage } from '@/modules/talk'
import {
  DecomposePage,
  KindsPage,
  RulesPage,
  SeriesListPage,
  SeriesNewPage,
  SeriesPage,
  TaskEditPage,
  TaskListPage,
  TaskNewPage,
  TaskPage,
  TemplatePage,
  TemplatesPage,
  TodoPage,
} from '@/modules/tasks'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title in the messages. */
    title?: string
    open?: boolean
    may?: (roles: readonly Role[]) => boolean
  }
}

/** The menu is built from the same entries: a hidden page is also a closed route. */
export const routes: RouteRecordRaw[] = [
  { path: '/sign-in', component: SignInPage, meta: { open: true, title: 'access.signIn' } },
  { path: '/password', component: PasswordPage, meta: { title: 'access.change.title' } },
  {
    path: '/',
    component: () => import('./ShellLayout.vue'),
    children: [
      { path: '', name: 'home', component: HomePage, meta: { title: 'app.nav.home' } },
      { path: 'todo', name: 'todo', component: TodoPage, meta: { title: 'app.nav.todo', may: seesTasks } },
      { path: 'tasks', name: 'tasks', component: TaskListPage, meta: { title: 'app.nav.tasks', may: seesTasks } },
      {
        path: 'progress',
        name: 'progress',
        component: ProgressPage,
        meta: { title: 'app.nav.progress', may: oversees },
      },
      { path: 'overdue', name: 'overdue', component: OverduePage, meta: { title: 'app.nav.overdue', may: oversees } },
      { path: 'tasks/new', name: 'create', component: TaskNewPage, meta: { title: 'app.nav.create', may: mayCreate } },
      { path: 'tasks/:id', name: 'task', component: TaskPage, props: true, meta: { may: seesTasks } },
      { path: 'tasks/:id/edit', name: 'edit', component: TaskEditPage, props: true, meta: { may: seesTasks } },
      {
        path: 'tasks/:id/decompose',
        name: 'decompose',
        component: DecomposePage,
        props: true,
        meta: { may: seesTasks },
      },
      {
        path: 'series',
        name: 'series_list',
        component: SeriesListPage,
        meta: { title: 'app.nav.series', may: mayCreate },
      },
      {
        path: 'series/new',
        name: 'series_new',
        component: SeriesNewPage,
        meta: { title: 'again.series.new', may: mayCreate },
      },
      {
        path: 'series/:id',
        name: 'series',
        component: SeriesPage,
        props: true,
        meta: { title: 'again.series.one', may: mayCreate },
      },
      {
        path: 'templates',
        name: 'templates',
        component: TemplatesPage,
        meta: { title: 'app.nav.templates', may: mayCreate },
      },
      {
        path: 'templates/:id',
        name: 'template',
        component: TemplatePage,
        props: true,
        meta: { title: 'app.nav.templates', may: mayCreate },
      },
      { path: 'search', name: 'search', component: SearchPage, meta: { title: 'search.title', may: seesTasks } },
      { path: 'urges', name: 'urges', component: UrgesPage, meta: { title: 'app.nav.urges', may: seesTasks } },
      { path: 'orders', name: 'orders', component: OrdersPage, meta: { title: 'app.nav.orders', may: seesTasks } },
      { path: 'orders/:id', name: 'order', component: OrderPage, props: true, meta: { may: seesTasks } },
      {
        path: 'rules/orders',
        name: 'order_rules',
        component: OrderRulesPage,
        meta: { title: 'app.nav.order_rules' },
      },
      { path: 'files', name: 'library', component: LibraryPage, meta: { title: 'app.nav.library', may: seesTasks } },
      {
        path: 'files/checks',
        name: 'file_checks',
        component: ChecksPage,
        meta: { title: 'files.checks.title', may: (roles) => mayJudge(roles) || mayKeepRules(roles) },
      },
      { path: 'inbox', name: 'inbox', component: InboxPage, meta: { title: 'app.nav.inbox' } },
      { path: 'reach', name: 'reach', component: ReachPage, meta: { title: 'app.person.reach' } },
      { path: 'delegation', name: 'delegation', component: DelegationPage, meta: { title: 'app.person.delegation' } },
      { path: 'org', name: 'org', component: OrgPage, meta: { title: 'app.nav.org' } },
      { path: 'calendar', name: 'calendar', component: CalendarPage, meta: { title: 'app.nav.calendar' } },
      { path: 'rules', name: 'rules', component: RulesPage, meta: { title: 'app.nav.rules' } },
      {
        path: 'rules/reminders',
        name: 'reminder_rules',
        component: ReminderRulesPage,
        meta: { title: 'app.nav.reminder_rules' },
      },
      {
        path: 'rules/deliveries',
        name: 'delivery_rules',
        component: DeliveryRulesPage,
        meta: { title: 'app.nav.delivery_rules', may: mayWatch },
      },
      { path: 'watch', name: 'watch', component: WatchPage, meta: { title: 'app.nav.watch', may: mayWatch } },
      { path: 'burden', name: 'burden', component: BurdenPage, meta: { title: 'app.nav.burden', may: seesTasks } },
      {
        path: 'burden/statement',
        name: 'burden_statement',
        component: StatementPage,
        meta: { title: 'app.nav.burden', may: mayWatch },
      },
      {
        path: 'rules/burden',
        name: 'burden_rules',
        component: BurdenRulesPage,
        meta: { title: 'app.nav.burden_rules' },
      },
      { path: 'kinds', name: 'kinds', component: KindsPage, meta: { title: 'app.nav.kinds', may: mayKeepRules } },
      { path: 'import', name: 'import', component: ImportPage, meta: { title: 'app.nav.import', may: mayImport } },
      {
        path: ':path(.*)*',
        name: 'missing',
        component: () => import('./MissingPage.vue'),
        meta: { title: 'app.missing.title' },
      },
    ],
  },
]
