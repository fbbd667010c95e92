/** What a person may do with an application: what it means, the same for a terminal, and a question where it cannot be taken back. */
import { useState } from 'react'
import type { ApplicationDetail } from '../../../src/api/views.ts'
import { api } from '../api.ts'
import { useAct } from './act.ts'
import { Dialog } from './dialog.tsx'
import { PlanList } from './plan.tsx'
import { Failure } from './states.tsx'
import { Command } from './text.tsx'

type Question = 'sync' | 'undo' | 'hold' | 'more'

export function Actions({ app }: { app: ApplicationDetail }) {
  const { name } = app
  const [question, setQuestion] = useState<Question>()
  const { act, busy, error, last, done } = useAct()
  const close = () => setQuestion(undefined)
  const running = app.operation?.phase === 'Running'
  const go = (label: string, run: () => Promise<unknown>) => {
    act({ label, run })
    close()
  }
  return (
    <section className="actions" aria-label="Actions">
      <div className="buttons">
        <button type="button" className="main" disabled={busy} onClick={() => setQuestion('sync')}>
          Sync
        </button>
        <button type="button" disabled={busy} onClick={() => setQuestion('undo')}>
          Undo
        </button>
        {app.hold === undefined ? (
          <button type="button" disabled={busy} onClick={() => setQuestion('hold')}>
            Hold
          </button>
        ) : (
          <button type="button" disabled={busy} onClick={() => go('Resume', () => api.resume(name))}>
            Resume
          </button>
        )}
        <button type="button" disabled={busy} onClick={() => go('Refresh', () => api.refresh(name))}>
          Refresh
        </button>
        {running && (
          <button type="button" disabled={busy} onClick={() => go('Terminate', () => api.terminate(name))}>
            Terminate
          </button>
        )}
        <button type="button" className="quiet" onClick={() => setQuestion('more')}>
          In a terminal
        </button>
      </div>
      {app.hold !== undefined && (
        <p className="warning">
          Held by {app.hold.who}
          {app.hold.reason !== '' && `: ${app.hold.reason}`}. Git is not followed until{' '}
          {app.hold.lift === 'person' ? 'somebody resumes it' : 'a commit changes it to something else'}
          {app.hold.until !== undefined && ` or ${new Date(app.hold.until).toLocaleString()}`}.
        </p>
      )}
      <p role="status" className="muted">
        {busy && `${last?.label}: asked`}
        {done && !busy && `${last?.label}: accepted`}
      </p>
      {error !== null && <Failure error={error} />}
      {question === 'sync' && (
        <Dialog title={`Sync ${name}`} onClose={close}>
          <PlanList name={name} />
          <div className="buttons">
            <button type="button" className="main" onClick={() => go('Sync', () => api.sync(name))}>
              Sync now
            </button>
            <button type="button" onClick={() => go('Dry run', () => api.sync(name, { dryRun: true }))}>
              Dry run
            </button>
          </div>
          <Command text={`halcyon sync ${name}`} />
        </Dialog>
      )}
      {question === 'undo' && <UndoQuestion name={name} close={close} />}
      {question === 'hold' && <HoldQuestion name={name} close={close} go={go} />}
      {question === 'more' && (
        <Dialog title="The same in a terminal" onClose={close}>
          <ul className="commands">
            {[
              'why',
              'diff',
              'sync',
              'sync --dry-run',
              'undo',
              app.hold === undefined ? 'hold' : 'resume',
              'history',
            ].map((verb) => {
              const [word, ...rest] = verb.split(' ')
              const text = ['halcyon', word, name, ...rest].join(' ')
              return (
                <li key={verb}>
                  <Command text={text} />
                </li>
              )
            })}
          </ul>
        </Dialog>
      )}
    </section>
  )
}

/** `to` absent = what was before. */
export function UndoQuestion({ name, to, close }: { name: string; to?: string; close: () => void }) {
  const [reason, setReason] = useState('')
  const { act, busy, error, done } = useAct()
  const request = { ...(to === undefined ? {} : { to }), ...(reason === '' ? {} : { reason }) }
  return (
    <Dialog title={`Undo ${name}`} onClose={close}>
      {done ? (
        <p role="status">Undone. It stays undone until Git says something else; that is what Held means.</p>
      ) : (
        <>
          <p>
            Goes back to {to === undefined ? 'what was applied before' : `what sync ${to} applied`}, now, and keeps it
            there until the change is reverted or replaced in Git. Automated sync does not bring it back.
          </p>
          <label className="field">
            <span>Why (others will read it)</span>
            <input value={reason} maxLength={1000} onChange={({ target }) => setReason(target.value)} />
          </label>
          <div className="buttons">
            <button
              type="button"
              className="main"
              disabled={busy}
              onClick={() => act({ label: 'Undo', run: () => api.undo(name, request) })}
            >
              Undo now
            </button>
          </div>
        </>
      )}
      {error !== null && <Failure error={error} />}
      <Command text={`halcyon undo ${name}${to === undefined ? '' : ` --to ${to}`}`} />
    </Dialog>
  )
}

function HoldQuestion(props: {
  name: string
  close: () => void
  go: (label: string, run: () => Promise<unknown>) => void
}) {
  const { name, close, go } = props
  const [reason, setReason] = useState('')
  const [hours, setHours] = useState('')
  const hold = () => {
    const until = hours === '' ? {} : { until: new Date(Date.now() + Number(hours) * 3_600_000).toISOString() }
    go('Hold', () => api.hold(name, { ...(reason === '' ? {} : { reason }), ...until }))
  }
  return (
    <Dialog title={`Hold ${name}`} onClose={close}>
      <p>Leaves it as it is: nothing from Git is applied until you resume it or the time is over.</p>
      <label className="field">
        <span>Why (others will read it)</span>
        <input value={reason} maxLength={1000} onChange={({ target }) => setReason(target.value)} />
      </label>
      <label className="field">
        <span>For how long</span>
        <select value={hours} onChange={({ target }) => setHours(target.value)}>
          <option value="">until somebody resumes it</option>
          <option value="1">one hour</option>
          <option value="8">eight hours</option>
          <option value="24">a day</option>
        </select>
      </label>
      <div className="buttons">
        <button type="button" className="main" onClick={hold}>
          Hold now
        </button>
      </div>
      <Command text={`halcyon hold ${name}`} />
    </Dialog>
  )
}
