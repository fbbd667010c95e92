/** The addresses of the page. What a person chose is in the address, so that it can be sent to somebody. */
import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import { ApplicationPage } from './pages/application.tsx'
import { ApplicationsPage } from './pages/applications.tsx'
import { EventsPage } from './pages/events.tsx'
import { HomePage } from './pages/home.tsx'
import { Shell } from './shell.tsx'

const groups = ['needsYou', 'shipping', 'waiting', 'quiet', 'held'] as const
const syncs = ['Synced', 'OutOfSync', 'Unknown'] as const
const healths = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'] as const
const sorts = ['urgency', 'name', 'changed'] as const
export const tabs = ['resources', 'graph', 'plan', 'history', 'events'] as const
export type Tab = (typeof tabs)[number]

/** Which applications are listed, as the address says it. */
export interface ApplicationsSearch {
  readonly q?: string | undefined
  readonly project?: string | undefined
  readonly sync?: (typeof syncs)[number] | undefined
  readonly health?: (typeof healths)[number] | undefined
  readonly group?: (typeof groups)[number] | undefined
  readonly sort?: (typeof sorts)[number] | undefined
}

/** What an address may say; anything else is left out. */
function oneOf<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((one) => one === value)
}
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: () => <p className="empty">No such page.</p> })
const home = createRoute({ getParentRoute: () => rootRoute, path: '/', component: HomePage })
export const applicationsRoute = createRoute({
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
export const applicationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/applications/$name',
  component: ApplicationPage,
  validateSearch: (search: Record<string, unknown>): { readonly tab?: Tab | undefined } => ({
    tab: oneOf(tabs, search['tab']),
  }),
})
export const eventsRoute = createRoute({
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
export const choices = { groups, syncs, healths, sorts }

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
