/** One application: the verdict first, then the question that waits for an answer, what runs, and the evidence in tabs. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { ApplicationDetail, WhyView } from '../../../src/api/views.ts'
import { type Tab, tabs } from '../addresses.ts'
import { applicationQuery, whyQuery } from '../api.ts'
import { Actions } from '../parts/actions.tsx'
import { Approval } from '../parts/approval.tsx'
import { HistoryList } from '../parts/history.tsx'
import { PlanList } from '../parts/plan.tsx'
import { ResourceList } from '../parts/resources.tsx'
import { Failure, Loading } from '../parts/states.tsx'
import { Age, Command, Revision, refText, SafeLink, Status } from '../parts/text.tsx'
import { EventList } from './events.tsx'

const applicationRoute = getRouteApi('/applications/$name')

const Graph = lazy(() => import('../graph/graph.tsx'))

const titles: Readonly<Record<Tab, string>> = {
  resources: 'Resources',
  graph: 'Graph',
  plan: 'Plan',
  history: 'History',
  events: 'Events',
}

export function ApplicationPage() {
  const { name } = applicationRoute.useParams()
  const { tab = 'resources' } = applicationRoute.useSearch()
  const navigate = useNavigate({ from: '/applications/$name' })
  const { data: app, error, refetch } = useQuery(applicationQuery(name))
  if (app === undefined) return error === null ? <Loading what={name} /> : <Failure error={error} retry={refetch} />
  return (
    <>
      <title>{`${name}: ${app.health.status} - Halcyon`}</title>
      {error !== null && <Failure error={error} retry={refetch} old />}
      <Verdict app={app} />
      <Approval app={app} />
      <Running app={app} />
      <Actions app={app} />
      <NextSteps name={name} />
      <nav className="tabs" aria-label="About this application">
        {tabs.map((one) => (
          <button
            type="button"
            key={one}
            aria-current={one === tab ? 'page' : undefined}
            onClick={() => void navigate({ search: { tab: one }, replace: true })}
          >
            {titles[one]}
          </button>
        ))}
      </nav>
      <section aria-label={titles[tab]}>
        {tab === 'resources' && <ResourceList app={app} />}
        {tab === 'graph' && (
          <Suspense fallback={<Loading what="the graph" />}>
            <Graph app={app} />
          </Suspense>
        )}
        {tab === 'plan' && <PlanList name={name} />}
        {tab === 'history' && <HistoryList app={app} />}
        {tab === 'events' && <EventList application={name} />}
      </section>
    </>
  )
}

/** What `halcyon why` says, and where it comes from. */
function Verdict({ app }: { app: ApplicationDetail }) {
  const { data: why } = useQuery(whyQuery(app.name))
  const well = app.sync.status === 'Synced' && ['Healthy', 'Suspended'].includes(app.health.status)
  const tone = well
    ? 'good'
    : app.health.status === 'Progressing' || app.operation?.phase === 'Running'
      ? 'busy'
      : 'bad'
  return (
    <section className={`answer ${tone}`}>
      <h1>{app.name}</h1>
      <p className="headline">{headlineOf(app, why)}</p>
      <p className="facts">
        <Status word={app.sync.status} />
        <Status word={app.health.status} />
        <span>
          {app.sources.map(({ repoURL, path, chart, targetRevision }) => (
            <span key={`${repoURL} ${path} ${chart}`}>
              <SafeLink href={repoURL}>{shortUrl(repoURL)}</SafeLink> {path ?? chart} at {targetRevision}{' '}
            </span>
          ))}
          <Revision sha={app.revision} />
        </span>
        <span className="muted">
          in {app.destination.cluster}
          {app.destination.namespace && `/${app.destination.namespace}`}, looked at <Age at={app.observedAt} ago />
        </span>
      </p>
      {app.lastChange !== undefined && (
        <p className="muted">
          Last change: <Revision sha={app.lastChange.sha} /> {app.lastChange.subject}, {app.lastChange.author},{' '}
          <Age at={app.lastChange.at} ago />
        </p>
      )}
      {!well && <Evidence app={app} why={why} />}
      {app.warnings.map((warning) => (
        <p key={warning} className="warning">
          {warning}
        </p>
      ))}
    </section>
  )
}

function shortUrl(url: string): string {
  return url.split(/[/\\]/).filter(Boolean).at(-1) ?? url
}

/** The first sentence: what follows it in `why` stands below, as the cause. */
function headlineOf(app: ApplicationDetail, why: WhyView | undefined): string {
  const hasCause = (why?.cause ?? app.health.cause) !== undefined
  const text = why?.headline ?? (hasCause ? `${app.name} is ${app.health.status}` : app.message)
  return hasCause ? (text.split(': ', 1)[0] ?? text) : text
}

/** The cause is known before the rest is asked for. */
function Evidence({ app, why }: { app: ApplicationDetail; why: WhyView | undefined }) {
  const cause = why?.cause ?? app.health.cause
  const { change, impact = [], tried = [] } = why ?? {}
  return (
    <dl className="evidence">
      {cause !== undefined && (
        <div>
          <dt>Cause</dt>
          <dd>
            {cause.chain.length > 1 ? cause.chain.map(refText).join(', of ') : refText(cause.ref)}
            <br />
            <b>{cause.reason}</b>: <span className="text">{cause.message}</span>
          </dd>
        </div>
      )}
      {change !== undefined && (
        <div>
          <dt>Change</dt>
          <dd>
            <Revision sha={change.sha} /> {change.subject}, {change.author}, <Age at={change.at} ago />
            {change.paths.length > 0 && <small className="muted"> {change.paths.join(', ')}</small>}
          </dd>
        </div>
      )}
      {impact.length > 0 && (
        <div>
          <dt>Impact</dt>
          <dd>{impact.join('; ')}</dd>
        </div>
      )}
      {tried.length > 0 && (
        <div>
          <dt>Tried</dt>
          <dd>{tried.join('; ')}</dd>
        </div>
      )}
    </dl>
  )
}

/** What `why` offers, for a terminal. */
function NextSteps({ name }: { name: string }) {
  const { data: why } = useQuery(whyQuery(name))
  if (why === undefined || why.next.length === 0) return null
  return (
    <details>
      <summary>What to do next, in a terminal</summary>
      {why.next.map(({ command, effect }) => (
        <p key={command}>
          <Command text={command} /> <span className="muted">{effect}</span>
        </p>
      ))}
    </details>
  )
}

function Running({ app: { operation } }: { app: ApplicationDetail }) {
  if (operation?.phase !== 'Running') return null
  const { step, waitingFor, startedAt, deadline, initiatedBy, revision, message } = operation
  return (
    <section className="running" aria-label="Running operation">
      <h2>
        {operation.kind === 'heal' ? 'Healing' : 'Syncing'} <Revision sha={revision} />
      </h2>
      <p>
        for <Age at={startedAt} />, started by {initiatedBy}, ends at the latest{' '}
        {new Date(deadline).toLocaleTimeString()}
      </p>
      {step !== undefined && (
        <>
          <progress max={step.count} value={step.index - 1} aria-label="Steps done" />
          <p>
            {step.phase}, wave {step.wave}: step {step.index} of {step.count}
          </p>
        </>
      )}
      <p className="text">
        {waitingFor === undefined ? message : `waiting for ${refText(waitingFor.ref)}: ${waitingFor.message}`}
        {waitingFor !== undefined && (
          <span className="muted">
            {' '}
            since <Age at={waitingFor.since} />
          </span>
        )}
      </p>
    </section>
  )
}
