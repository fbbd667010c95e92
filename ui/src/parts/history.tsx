/** Past syncs, newest first, and the way back to any that succeeded. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { elapsedText } from '../../../src/api/verdict/age.ts'
import type { ApplicationDetail } from '../../../src/api/views.ts'
import { historyQuery } from '../api.ts'
import { UndoQuestion } from './actions.tsx'
import { Empty, Failure, Loading } from './states.tsx'
import { Age, Revision, Status } from './text.tsx'

export function HistoryList({ app }: { app: ApplicationDetail }) {
  const { data, error, refetch } = useQuery(historyQuery(app.name))
  const [to, setTo] = useState<number>()
  if (data === undefined)
    return error === null ? <Loading what="the history" /> : <Failure error={error} retry={refetch} />
  if (data.length === 0) return <Empty>It was never synced.</Empty>
  return (
    <>
      <ol className="history">
        {data.map((entry) => (
          <li key={entry.id}>
            <p>
              <Status word={entry.phase} /> <Revision sha={entry.revision} /> <b>{entry.commit?.subject ?? ''}</b>
            </p>
            <p className="muted">
              {entry.commit !== undefined && `${entry.commit.author}, `}
              <Age at={entry.finishedAt} ago />, took{' '}
              {elapsedText(Date.parse(entry.finishedAt) - Date.parse(entry.startedAt))}, {entry.changes}{' '}
              {entry.changes === 1 ? 'change' : 'changes'}, by {entry.initiatedBy}
            </p>
            {entry.message !== '' && <p className="text">{entry.message}</p>}
            {entry.phase === 'Succeeded' && entry.revision !== app.syncedRevision && (
              <button type="button" onClick={() => setTo(entry.id)}>
                Back to this
              </button>
            )}
          </li>
        ))}
      </ol>
      {to !== undefined && <UndoQuestion name={app.name} to={String(to)} close={() => setTo(undefined)} />}
    </>
  )
}
