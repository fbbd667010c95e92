/** The question of the deletion guard: what would go, named one by one, and the word that lets it. */
import type { ApplicationDetail } from '../../../src/api/views.ts'
import { api } from '../api.ts'
import { useAct } from './act.ts'
import { Failure } from './states.tsx'
import { Command, refText } from './text.tsx'

export function Approval({ app: { name, approval } }: { app: ApplicationDetail }) {
  const { act, busy, error } = useAct()
  if (approval === undefined) return null
  const { plan, deletes } = approval
  const many = `${deletes.length} ${deletes.length === 1 ? 'object' : 'objects'}`
  return (
    <section className="question" aria-label="Deletes that wait for you">
      <h2>Delete {many}?</h2>
      <p className="text">{approval.message.split('\n', 1)[0]}</p>
      <ul>
        {deletes.map((ref) => (
          <li key={`${ref.group}/${refText(ref)}`}>{refText(ref)}</li>
        ))}
      </ul>
      <div className="buttons">
        <button
          type="button"
          className="danger"
          disabled={busy}
          onClick={() => act({ label: 'Approve', run: () => api.approve(name, plan) })}
        >
          Approve deleting {many}
        </button>
      </div>
      <Command text={`halcyon approve ${name} --plan ${plan}`} />
      <p className="muted">
        Good for one hour and for exactly these. Otherwise nothing is deleted: bring them back in Git.
      </p>
      {error !== null && <Failure error={error} />}
    </section>
  )
}
