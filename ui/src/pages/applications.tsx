/** Applications: search, filters and order in the address, answered by the server; only the rows on the screen exist. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import type { ListedApplication } from '../../../src/api/views.ts'
import type { ApplicationPageFilter } from '../../../src/client/client.ts'
import { groups, healths, syncs } from '../addresses.ts'
import { applicationsQuery, overviewQuery } from '../api.ts'
import { Empty, Failure, Loading } from '../parts/states.tsx'
import { Age, Revision, Status, VerdictWord } from '../parts/text.tsx'

const applicationsRoute = getRouteApi('/applications')

const rowHeight = 64

export function ApplicationsPage() {
  const search = applicationsRoute.useSearch()
  const defined = Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined))
  const filter: ApplicationPageFilter = { sort: 'urgency', ...defined }
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(
    applicationsQuery(filter),
  )
  // An application that moved between two pages may come twice.
  const rows = [...new Map((data?.pages ?? []).flatMap((page) => page.items).map((one) => [one.name, one])).values()]
  const total = data?.pages[0]?.total ?? rows.length
  return (
    <>
      <title>Applications - Halcyon</title>
      <h1>Applications</h1>
      <Filters />
      {error !== null && <Failure error={error} retry={refetch} old={data !== undefined} />}
      {data === undefined && error === null && <Loading what="applications" />}
      {data !== undefined && (
        <p className="muted" role="status">
          {total.toLocaleString()} {total === 1 ? 'application' : 'applications'}
        </p>
      )}
      {data !== undefined && rows.length === 0 && <Empty>None matches. Leave out a filter or search for less.</Empty>}
      <Rows rows={rows} total={total} more={hasNextPage && !isFetchingNextPage ? fetchNextPage : undefined} />
    </>
  )
}

function Filters() {
  const search = applicationsRoute.useSearch()
  const navigate = useNavigate({ from: '/applications' })
  const projects = useQuery(overviewQuery).data?.projects ?? []
  const [text, setText] = useState(search.q ?? '')
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  const select = (
    label: string,
    key: 'group' | 'sync' | 'health' | 'project' | 'sort',
    values: readonly string[],
    none: string,
  ) => (
    <label>
      <span>{label}</span>
      <select
        value={search[key] ?? ''}
        onChange={({ target }) => set({ [key]: target.value === '' ? undefined : target.value })}
      >
        <option value="">{none}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {words[value] ?? value}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <search className="filters">
      <label className="grow">
        <span>Search</span>
        <input
          id="search"
          type="search"
          placeholder="name, project, namespace, repository, message"
          value={text}
          onChange={({ target }) => {
            setText(target.value)
            set({ q: target.value === '' ? undefined : target.value })
          }}
        />
      </label>
      {select('State', 'group', groups, 'any')}
      {select('Sync', 'sync', syncs, 'any')}
      {select('Health', 'health', healths, 'any')}
      {select('Project', 'project', projects, 'any')}
      {select('Order', 'sort', ['name', 'changed'], 'most urgent first')}
    </search>
  )
}

const words: Readonly<Record<string, string>> = {
  needsYou: 'needs you',
  name: 'by name',
  changed: 'last changed first',
}

function Rows({
  rows,
  total,
  more,
}: {
  rows: readonly ListedApplication[]
  total: number
  more: (() => void) | undefined
}) {
  const list = useRef<HTMLUListElement>(null)
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: (index) => rows[index]?.name ?? index,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (last >= rows.length - 30) more?.()
  }, [last, rows.length, more])
  return (
    <ul className="rows" ref={list} style={{ height: virtual.getTotalSize() }} aria-label={`${total} applications`}>
      {items.map((item) => {
        const one = rows[item.index]
        if (one === undefined) return null
        const top = item.start - virtual.options.scrollMargin
        return (
          <li key={item.key} style={{ transform: `translateY(${top}px)`, height: rowHeight }}>
            <Row application={one} />
          </li>
        )
      })}
    </ul>
  )
}

function Row({ application }: { application: ListedApplication }) {
  const { name, sync, health, verdict, destination, revision, project } = application
  return (
    <Link to="/applications/$name" params={{ name }} data-row className="row">
      <span className="row-name">
        <b>{name}</b>
        <small className="muted">
          {verdict.text || `${project}, ${destination.cluster}${destination.namespace && `/${destination.namespace}`}`}
        </small>
      </span>
      <span className="row-facts">
        {![sync.status, health.status].includes(verdict.word as typeof sync.status) && (
          <VerdictWord verdict={verdict} />
        )}
        <Status word={sync.status} />
        <Status word={health.status} />
        <Revision sha={revision} />
        <Age at={verdict.since} />
      </span>
    </Link>
  )
}
