import { fetchFirstDuties } from './ahead'

export { useOutbox } from './outbox'
export { useRefused } from './useRefused'
export { useAct } from './act'
export { default as TaskCard } from './TaskCard.vue'
export { default as DutyCard } from './DutyCard.vue'
export { default as ActFrame } from './ActFrame.vue'
export { default as OutboxCard } from './OutboxCard.vue'

export const TodoPage = () => import('./TodoPage.vue')
export const TaskListPage = () => import('./TaskListPage.vue')
export const TaskPage = () => import('./TaskPage.vue')
export const TaskNewPage = () => import('./TaskNewPage.vue')
export const TaskEditPage = () => import('./TaskEditPage.vue')
export const DecomposePage = () => import('./DecomposePage.vue')
export const ActPage = () => import('./ActPage.vue')
export const TemplatesPage = () => import('./TemplatesPage.vue')
export const TemplatePage = () => import('./TemplatePage.vue')
export const SeriesListPage = () => import('./SeriesListPage.vue')
export const SeriesPage = () => import('./SeriesPage.vue')
export const OutboxPage = () => import('./OutboxPage.vue')

/** What must be there when the line is not: fetched in a quiet moment. */
export async function loadForBadLine(): Promise<void> {
  await Promise.allSettled([
    TaskPage(),
    ActPage(),
    OutboxPage(),
    TodoPage(),
    TaskListPage(),
    import('@/modules/talk/phone').then((talk) => talk.CommentForm()),
  ])
  await fetchFirstDuties()
}
