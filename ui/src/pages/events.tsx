/** Events, newest first, of all applications or of one. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { eventsQuery } from '../api.ts'
import { Empty, Failure, Loading } from '../parts/states.tsx'
import { Age } from '../parts/text.tsx'

const eventsRoute = getRouteApi('/events')

export function EventsPage() {
  const { application } = eventsRoute.useSearch()
  return (
    <>
      <title>Events - Halcyon</title>
      <h1>Events{application !== undefined && ` of ${application}`}</h1>
      <EventList application={application} />
    </>
  )
}

export function EventList({ application }: { application: string | undefined }) {
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery(eventsQuery(application))
  if (data === undefined) return error === null ? <Loading what="events" /> : <Failure error={error} retry={refetch} />
  const events = data.pages.flat()
  return (
    <>
      {error !== null && <Failure error={error} retry={refetch} old />}
      {events.length === 0 && <Empty>Nothing has happened yet.</Empty>}
      <ol className="events">
        {events.map((event) => (
          <li key={event.seq}>
            <Age at={event.at} ago />
            <b>{event.type}</b>
            {application === undefined && event.application !== '' && (
              <Link to="/applications/$name" params={{ name: event.application }} data-row>
                {event.application}
              </Link>
            )}
            <span className="text">{event.message}</span>
          </li>
        ))}
      </ol>
      {hasNextPage && (
        <button type="button" onClick={() => void fetchNextPage()}>
          Older
        </button>
      )}
    </>
  )
}
