/** Objects by phase and wave, in the order a sync takes them; what is not well comes first in its wave. */
import type { ApplicationDetail, ResourceView } from '../../../src/api/views.ts'
import { Empty } from './states.tsx'
import { refText, Status } from './text.tsx'

const phases = ['PreSync', 'Sync', 'PostSync', 'SyncFail', 'PreDelete', 'PostDelete']

export function isWell(resource: ResourceView): boolean {
  return resource.sync === 'Synced' && ['Healthy', 'Suspended', ''].includes(resource.health)
}

/** `Sync 0` to the objects of that wave. */
export function byWave(resources: readonly ResourceView[]): readonly (readonly [string, readonly ResourceView[]])[] {
  const order = (one: ResourceView) => phases.indexOf(one.phase) * 1e6 + one.wave
  const sorted = resources.toSorted(
    (a, b) =>
      order(a) - order(b) || Number(isWell(a)) - Number(isWell(b)) || refText(a.ref).localeCompare(refText(b.ref)),
  )
  return [...Map.groupBy(sorted, (one) => `${one.phase}, wave ${one.wave}`)]
}

export function ResourceList({ app }: { app: ApplicationDetail }) {
  if (app.resources.length === 0) return <Empty>No objects yet.</Empty>
  return (
    <>
      {byWave(app.resources).map(([wave, resources]) => (
        <section key={wave} className="wave">
          <h3>{wave}</h3>
          <ul className="resources">
            {resources.map((resource) => (
              <li key={`${resource.ref.group}/${refText(resource.ref)}`}>
                <span className="resource-name">
                  <b>{resource.ref.kind}</b> {resource.ref.namespace && `${resource.ref.namespace}/`}
                  {resource.ref.name}
                </span>
                <span className="row-facts">
                  <Status word={resource.sync} />
                  {resource.health !== '' && <Status word={resource.health} />}
                </span>
                {resource.message !== '' && <span className="text muted wide">{resource.message}</span>}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}
