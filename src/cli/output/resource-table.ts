/** `halcyon get APP`: one application with its objects. Pure. */

import { ageText } from '../../api/verdict/age.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import { shortRevision } from '../../api/verdict/revision.ts'
import { refText, situationText } from '../../api/verdict/verdict.ts'
import type { ApplicationDetail, ResourceView } from '../../api/views.ts'
import { type Cell, columns } from './columns.ts'
import { healthStyle, type Style, syncStyle } from './style.ts'

export function applicationLines(
  application: ApplicationDetail,
  options: { now: number; style: Style; width?: number | undefined },
): string[] {
  const { now, style, width } = options
  const { sync, health } = application
  const situation = situationText(application, now)
  const facts: [string, string][] = [
    ['sync', `${sync.status} for ${ageText(sync.since, now)}`],
    ['health', `${health.status} for ${ageText(health.since, now)}`],
    ['revision', revisionText(application)],
    ...application.sources.map((source): [string, string] => ['source', sourceText(source)]),
    ['destination', plainLine(`${application.destination.cluster} / ${application.destination.namespace || '-'}`)],
    ['automatic', automaticText(application)],
    ...application.warnings.map((warning): [string, string] => ['warning', plainLine(warning)]),
  ]
  if (application.lastChange !== undefined) {
    const { sha, subject, author, at } = application.lastChange
    facts.push(['last change', plainLine(`${shortRevision(sha)} "${subject}", ${author}, ${ageText(at, now)} ago`)])
  }
  return [
    style.bold(plainLine(application.name)) + (situation === '' ? '' : `: ${situation}`),
    ...columns(
      facts.map(([label, text]) => [{ text: label, paint: style.dim }, text]),
      { width, indent: 2 },
    ),
    '',
    ...resourceTable(application.resources, { style, width }),
  ]
}

/** In the order of application: phase, wave, then as given. */
export function resourceTable(
  resources: readonly ResourceView[],
  options: { style: Style; width?: number | undefined },
): string[] {
  const { style } = options
  const header = ['OBJECT', 'SYNC', 'HEALTH', 'WHEN', ''].map((text) => ({ text, paint: style.dim }))
  const rows = resources.map((resource): Cell[] => [
    { text: refText(resource.ref) },
    resource.hook
      ? { text: 'hook', paint: style.dim }
      : { text: resource.sync, paint: syncStyle(style, resource.sync) },
    { text: resource.health || '-', paint: healthStyle(style, resource.health) },
    { text: resource.phase === 'Sync' ? `wave ${resource.wave}` : resource.phase },
    { text: isWell(resource) ? '' : plainLine(resource.message) },
  ])
  return columns([header, ...rows], { width: options.width, indent: 2 })
}

/** Some checks praise (`statefulset rolling update complete ...`): in the table that would only hide what is not well. */
function isWell({ sync, health }: ResourceView): boolean {
  return sync === 'Synced' && health === 'Healthy'
}

function revisionText({ revision, syncedRevision }: ApplicationDetail): string {
  if (syncedRevision === '' || revision === syncedRevision) return shortRevision(revision)
  return `${shortRevision(revision)}, applied is ${shortRevision(syncedRevision)}`
}

function sourceText(source: ApplicationDetail['sources'][number]): string {
  const what = source.chart === undefined ? (source.path ?? '.') : `chart ${source.chart}`
  return plainLine(`${source.repoURL}  ${what}  at ${source.targetRevision || 'HEAD'}`)
}

function automaticText({ automated, implicit }: ApplicationDetail): string {
  if (!automated.enabled) return 'off'
  const parts = ['sync', automated.selfHeal ? 'self-heal' : '', automated.prune ? 'prune' : ''].filter(Boolean)
  return `${parts.join(', ')}${implicit ? ' (no Application says otherwise)' : ''}`
}
