/** Jobs and CronJobs. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import type { Column } from './column.ts'
import { ageColumn, containerColumns, field, integer, nameColumn, selectorColumn, text } from './column.ts'
import { humanDuration, since } from './duration.ts'
import { at, listAt, numberAt, textAt } from './fields.ts'

export const jobs: readonly Column[] = [
  nameColumn,
  text('Status', jobStatus),
  text('Completions', completions),
  text('Duration', duration),
  ageColumn,
  ...containerColumns('spec', 'template', 'spec'),
  selectorColumn('spec', 'selector'),
]

const jobTemplate = ['spec', 'jobTemplate', 'spec']

export const cronJobs: readonly Column[] = [
  nameColumn,
  field('Schedule', ['spec', 'schedule']),
  field('Timezone', ['spec', 'timeZone'], '<none>'),
  {
    ...text('Suspend', (object) => {
      const suspend = at(object, 'spec', 'suspend')
      return suspend === undefined ? '<unset>' : suspend === true ? 'True' : 'False'
    }),
    type: 'boolean',
  },
  integer('Active', (object) => listAt(object, 'status', 'active').length),
  text('Last Schedule', (object, now) => {
    const time = at(object, 'status', 'lastScheduleTime')
    return time === undefined || time === null ? '<none>' : since(time, now)
  }),
  ageColumn,
  ...containerColumns(...jobTemplate, 'template', 'spec'),
  selectorColumn(...jobTemplate, 'selector'),
]

/** Conditions in the order in which they decide the word, with the word. */
const words: readonly [condition: string, word: string][] = [
  ['Complete', 'Complete'],
  ['Failed', 'Failed'],
  ['', 'Terminating'],
  ['Suspended', 'Suspended'],
  ['FailureTarget', 'FailureTarget'],
  ['SuccessCriteriaMet', 'SuccessCriteriaMet'],
]

function jobStatus(job: KubeObject): string {
  const isTrue = (type: string) =>
    listAt(job, 'status', 'conditions').some((one) => at(one, 'type') === type && at(one, 'status') === 'True')
  for (const [condition, word] of words) {
    if (condition === '' ? job.metadata.deletionTimestamp !== undefined : isTrue(condition)) return word
  }
  return 'Running'
}

function completions(job: KubeObject): string {
  const succeeded = numberAt(job, 'status', 'succeeded')
  const wanted = at(job, 'spec', 'completions')
  if (wanted !== undefined && wanted !== null) return `${succeeded}/${wanted}`
  const parallelism = numberAt(job, 'spec', 'parallelism')
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function duration(job: KubeObject, now: number): string {
  const start = textAt(job, ['status', 'startTime'])
  if (start === '') return ''
  const end = textAt(job, ['status', 'completionTime'])
  return humanDuration((end === '' ? now : Date.parse(end)) - Date.parse(start))
}
