/** Home: one sentence, then what needs a person, what ships and what waits. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ListedApplication, OverviewView } from '../../../src/api/views.ts'
import { overviewQuery } from '../api.ts'
import { Failure, Loading } from '../parts/states.tsx'
import { Age, Command, VerdictWord } from '../parts/text.tsx'

const counted = (count: number) => `${count.toLocaleString()} application${count === 1 ? '' : 's'}`

export function HomePage() {
  const { data, error, refetch } = useQuery(overviewQuery)
  if (data === undefined)
    return error === null ? <Loading what="the fleet" /> : <Failure error={error} retry={refetch} />
  return (
    <div className="home">
      <title>{data.counts.needsYou > 0 ? `${data.counts.needsYou} need you - Halcyon` : 'Halcyon'}</title>
      {error !== null && <Failure error={error} retry={refetch} old />}
      <Answer overview={data} />
      <Section title="Needs you" group="needsYou" items={data.needsYou} total={data.counts.needsYou} />
      <Section title="Shipping" group="shipping" items={data.shipping} total={data.counts.shipping} />
      <Section title="Waiting" group="waiting" items={data.waiting} total={data.counts.waiting} />
    </div>
  )
}

function Answer({ overview }: { overview: OverviewView }) {
  const { counts, applications, held } = overview
  const facts = (
    <p className="muted">
      {counted(applications)}, last change <Age at={overview.lastChange} ago />
      {held > 0 && (
        <>
          ,{' '}
          <Link to="/applications" search={{ group: 'held' }}>
            {held} held
          </Link>
        </>
      )}
    </p>
  )
  const sentence =
    applications === 0
      ? 'No applications yet.'
      : counts.needsYou > 0
        ? `${counted(counts.needsYou)} ${counts.needsYou === 1 ? 'needs' : 'need'} you.`
        : counts.shipping > 0
          ? `${counts.shipping} shipping, nothing needs you.`
          : 'All quiet.'
  return (
    <section className={`answer ${counts.needsYou > 0 ? 'bad' : 'good'}`} aria-live="polite">
      <h1>{sentence}</h1>
      {applications > 0 && facts}
      <ul className="counts">
        {(['needsYou', 'shipping', 'waiting', 'quiet'] as const).map((group) => (
          <li key={group}>
            <Link to="/applications" search={{ group }}>
              <b>{counts[group].toLocaleString()}</b>{' '}
              {{ needsYou: 'need you', shipping: 'shipping', waiting: 'waiting', quiet: 'quiet' }[group]}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Section(props: {
  title: string
  group: 'needsYou' | 'shipping' | 'waiting'
  items: readonly ListedApplication[]
  total: number
}) {
  const { title, group, items, total } = props
  if (items.length === 0) return null
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul className="cards">
        {items.map((one) => (
          <li key={one.name} className={`card ${group}`}>
            <p className="card-head">
              <Link to="/applications/$name" params={{ name: one.name }} data-row>
                {one.name}
              </Link>
              <VerdictWord verdict={one.verdict} />
              <span className="muted">
                since <Age at={one.verdict.since} />
              </span>
            </p>
            {one.verdict.text !== '' && <p className="text">{one.verdict.text}</p>}
            {one.verdict.next !== '' && <Command text={one.verdict.next} />}
          </li>
        ))}
      </ul>
      {total > items.length && (
        <Link to="/applications" search={{ group }}>
          All {total.toLocaleString()}
        </Link>
      )}
    </section>
  )
}
