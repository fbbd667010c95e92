/** Validation of Jobs and CronJobs, in the order of the real server. Pure. */
import { type FieldError, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData } from '../values.ts'
import { nonNegative, selectorErrors, selectorMatches } from './common.ts'
import { cronErrors, timeZoneErrors } from './cron.ts'
import { dnsLabel } from './names.ts'
import { fixed, mismatch, templateErrors } from './templates.ts'

export function validateJob(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const metadata = dataAt(object, 'metadata')
  const errors: FieldError[] = []
  if (spec['manualSelector'] !== true) errors.push(...generatedSelector(spec, metadata))
  errors.push(...jobSpecErrors(spec, 'spec'))
  const selector = spec['selector']
  if (isData(selector)) errors.push(...selectorErrors(selector, 'spec.selector'))
  else errors.push(required('spec.selector'))
  errors.push(...mismatch(selector, dataAt(spec, 'template', 'metadata', 'labels')))
  const last = `${String(metadata['name'])}-${Number(spec['completions'] ?? 0) - 1}`
  if (spec['completionMode'] === 'Indexed' && Number(spec['completions'] ?? 0) > 0) {
    const text = `will not able to create pod with invalid DNS label: ${last}`
    if (dnsLabel(last).length > 0) errors.push(invalidValue('metadata.name', metadata['name'], text))
  }
  if (old === undefined) return errors
  const before = dataAt(old, 'spec')
  if (spec['completionMode'] !== 'Indexed') errors.push(...fixed(spec, before, 'completions'))
  else if (spec['completions'] !== before['completions'] && spec['completions'] !== spec['parallelism']) {
    errors.push(
      invalidValue('spec.completions', spec['completions'], 'can only be modified in tandem with spec.parallelism'),
    )
  }
  errors.push(...fixed(spec, before, 'selector'))
  // The template of a suspended Job that never started may still change where it is scheduled.
  const open = before['suspend'] === true && dataAt(old, 'status')['startTime'] === undefined
  if (!open || !deepEqual(placed(dataAt(spec, 'template')), placed(dataAt(before, 'template')))) {
    errors.push(...fixed(spec, before, 'template'))
  }
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy']) {
    errors.push(...fixed(spec, before, field))
  }
  return errors
}

/** A template without what says where its pods go. */
function placed(template: Data): Data {
  const { labels: _labels, annotations: _annotations, ...metadata } = dataAt(template, 'metadata')
  const {
    affinity: _affinity,
    nodeSelector: _selector,
    tolerations: _tolerations,
    schedulingGates: _gates,
    ...spec
  } = dataAt(template, 'spec')
  return { ...template, metadata, spec }
}

/** The labels that keep Jobs of the same name apart: a manifest that was read from a cluster has those of another Job. */
function generatedSelector(spec: Data, metadata: Data): FieldError[] {
  const selector = spec['selector']
  if (!isData(selector)) return []
  const expected: Data = {
    'controller-uid': metadata['uid'],
    'job-name': metadata['name'],
    'batch.kubernetes.io/controller-uid': metadata['uid'],
    'batch.kubernetes.io/job-name': metadata['name'],
  }
  const labels = dataAt(spec, 'template', 'metadata', 'labels')
  const errors: FieldError[] = []
  for (const [label, value] of Object.entries(expected)) {
    const at = `spec.template.metadata.labels[${label}]`
    if (labels[label] === undefined) errors.push(required(at, `must be '${String(value)}'`))
    else if (labels[label] !== value) errors.push(invalidValue(at, labels, `must be '${String(value)}'`))
  }
  if (selectorMatches(selector, expected)) return errors
  return [...errors, invalidValue('spec.selector', selector, '`selector` not auto-generated')]
}

function jobSpecErrors(spec: Data, path: string): FieldError[] {
  const errors = nonNegative(
    spec,
    path,
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  )
  const mode = spec['completionMode']
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') {
    errors.push(unsupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed']))
  }
  if (mode === 'Indexed' && spec['completions'] === undefined) {
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'))
  }
  if (mode !== 'Indexed' && spec['backoffLimitPerIndex'] !== undefined) {
    errors.push(
      invalidValue(`${path}.backoffLimitPerIndex`, spec['backoffLimitPerIndex'], 'requires indexed completion mode'),
    )
  }
  errors.push(...templateErrors(dataAt(spec, 'template'), `${path}.template`))
  const at = `${path}.template.spec.restartPolicy`
  const policy = dataAt(spec, 'template', 'spec')['restartPolicy']
  if (policy === 'Always' || policy === undefined) errors.push(required(at, 'valid values: "OnFailure", "Never"'))
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.push(unsupported(at, policy, ['OnFailure', 'Never']))
  return errors
}

export function validateCronJob(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors: FieldError[] = []
  const schedule = String(spec['schedule'] ?? '')
  if (schedule === '') errors.push(required('spec.schedule'))
  else for (const text of cronErrors(schedule)) errors.push(invalidValue('spec.schedule', schedule, text))
  errors.push(...nonNegative(spec, 'spec', 'startingDeadlineSeconds'))
  const zone = spec['timeZone']
  if (old === undefined || dataAt(old, 'spec')['timeZone'] !== zone) {
    for (const text of timeZoneErrors(zone)) errors.push(invalidValue('spec.timeZone', zone, text))
  }
  const policy = spec['concurrencyPolicy']
  if (!['Allow', 'Forbid', 'Replace'].includes(String(policy))) {
    errors.push(unsupported('spec.concurrencyPolicy', policy, ['Allow', 'Forbid', 'Replace']))
  }
  errors.push(...jobSpecErrors(dataAt(spec, 'jobTemplate', 'spec'), 'spec.jobTemplate.spec'))
  errors.push(...nonNegative(spec, 'spec', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'))
  const name = String(dataAt(object, 'metadata')['name'] ?? '')
  if (old === undefined && name.length > 52) {
    errors.push(invalidValue('metadata.name', name, 'must be no more than 52 characters'))
  }
  return errors
}
