/** The one client of the page, and its queries: what is shown is what the API said, with when it said so. */
import { infiniteQueryOptions, keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query'
import { type ApplicationPageFilter, createClient } from '../../src/client/client.ts'

export const api = createClient({ url: '' })

/** Events refresh what they concern; the interval is the net below them, and shows a server that is gone. */
const interval = 30_000

export const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: 1, staleTime: 5_000, refetchInterval: interval, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
})

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => api.overview(20, signal),
})

export const applicationsQuery = (filter: ApplicationPageFilter) =>
  infiniteQueryOptions({
    queryKey: ['applications', filter],
    queryFn: ({ pageParam, signal }) =>
      api.applicationPage({ ...filter, limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  })

export const applicationQuery = (name: string) =>
  queryOptions({ queryKey: ['application', name], queryFn: ({ signal }) => api.application(name, signal) })

export const whyQuery = (name: string) =>
  queryOptions({ queryKey: ['application', name, 'why'], queryFn: ({ signal }) => api.why(name, signal) })

export const historyQuery = (name: string) =>
  queryOptions({ queryKey: ['application', name, 'history'], queryFn: ({ signal }) => api.history(name, 50, signal) })

/** Asked anew each time somebody opens it: a plan of a minute ago is none. */
export const planQuery = (name: string) =>
  queryOptions({
    queryKey: ['plan', name],
    queryFn: ({ signal }) => api.plan(name, signal),
    staleTime: 0,
    gcTime: 0,
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })

const eventPage = 100

export const eventsQuery = (application?: string) =>
  infiniteQueryOptions({
    queryKey: ['events', application ?? ''],
    queryFn: ({ pageParam, signal }) =>
      api.events(
        {
          newestFirst: true,
          limit: eventPage,
          ...(application === undefined ? {} : { application }),
          ...(pageParam === 0 ? {} : { before: pageParam }),
        },
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.length < eventPage ? undefined : page.at(-1)?.seq),
  })
