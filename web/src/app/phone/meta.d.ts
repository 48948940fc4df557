import 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    /** One of the five pages of the bottom bar. */
    tab?: boolean
  }
}
