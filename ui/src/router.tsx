/** The addresses of the page. What a person chose is in the address, so that it can be sent to somebody. */
import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import { type ApplicationsSearch, groups, healths, oneOf, sorts, syncs, type Tab, tabs, text } from './addresses.ts'
import { ApplicationPage } from './pages/application.tsx'
import { ApplicationsPage } from './pages/applications.tsx'
import { EventsPage } from './pages/events.tsx'
import { HomePage } from './pages/home.tsx'
import { Shell } from './shell.tsx'

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: () => <p className="empty">No such page.</p> })
const home = createRoute({ getParentRoute: () => rootRoute, path: '/', component: HomePage })
const applicationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/applications',
  component: ApplicationsPage,
  validateSearch: (search: Record<string, unknown>): ApplicationsSearch => ({
    q: text(search['q']),
    project: text(search['project']),
    sync: oneOf(syncs, search['sync']),
    health: oneOf(healths, search['health']),
    group: oneOf(groups, search['group']),
    sort: oneOf(sorts, search['sort']),
  }),
})
const applicationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/applications/$name',
  component: ApplicationPage,
  validateSearch: (search: Record<string, unknown>): { readonly tab?: Tab | undefined } => ({
    tab: oneOf(tabs, search['tab']),
  }),
})
const eventsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/events',
  component: EventsPage,
  validateSearch: (search: Record<string, unknown>): { readonly application?: string | undefined } => ({
    application: text(search['application']),
  }),
})

export const router = createRouter({
  routeTree: rootRoute.addChildren([home, applicationsRoute, applicationRoute, eventsRoute]),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
