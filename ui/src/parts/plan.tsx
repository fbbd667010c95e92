/** What a sync would do now: changes field by field. */
import { useQuery } from '@tanstack/react-query'
import type { ChangeView } from '../../../src/api/views.ts'
import { planQuery } from '../api.ts'
import { Empty, Failure, Loading } from './states.tsx'
import { Revision, refText } from './text.tsx'

const signs: Readonly<Record<ChangeView['action'], string>> = {
  create: '+ create',
  update: '~ change',
  prune: '- delete',
  hook: '> hook',
  skip: '. skip',
}

export function PlanList({ name }: { name: string }) {
  const { data: plan, error, refetch } = useQuery(planQuery(name))
  if (error !== null) return <Failure error={error} retry={refetch} />
  if (plan === undefined) return <Loading what="the plan; the cluster is asked about every object" />
  if (plan.changes.length === 0) return <Empty>Nothing differs from Git. A sync would change nothing.</Empty>
  const count = (action: ChangeView['action']) => plan.changes.filter((change) => change.action === action).length
  return (
    <div className="plan">
      <p>
        At <Revision sha={plan.revision} />: {count('create')} to create, {count('update')} to change, {count('prune')}{' '}
        to delete, {count('hook')} {count('hook') === 1 ? 'hook' : 'hooks'}
      </p>
      <ul className="changes">
        {plan.changes.map((change) => (
          <li key={`${change.action} ${change.ref.group}/${refText(change.ref)}`} className={change.action}>
            <p>
              <b>{signs[change.action]}</b> {refText(change.ref)}{' '}
              <small className="muted">
                {change.phase}, wave {change.wave} {change.reason}
              </small>
            </p>
            {change.fields.length > 0 && (
              <dl>
                {change.fields.map((field) => (
                  <div key={field.path}>
                    <dt>{field.path}</dt>
                    <dd>
                      {field.before !== undefined && <del>{field.before}</del>}{' '}
                      {field.after !== undefined && <ins>{field.after}</ins>}
                    </dd>
                  </div>
                ))}
              </dl>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
