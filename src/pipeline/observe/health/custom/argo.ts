/** Health of the other kinds of Argo: analysis, experiments, cron workflows, events, ApplicationSets. Pure. */
import type { Checks } from './checks.ts'
import { rolloutHealth } from './rollout.ts'
import { firstOf, on, word } from './steps.ts'

const run = word(['status', 'phase'], {
  Healthy: ['Successful'],
  Progressing: ['Pending', 'Running'],
  Degraded: ['Failed', 'Error'],
  Unknown: ['Inconclusive'],
})

const events = firstOf(
  on('SourcesProvided', 'False', 'Degraded'),
  on('DependenciesProvided', 'False', 'Degraded'),
  on('TriggersProvided', 'False', 'Degraded'),
  on('Configured', 'False', 'Degraded'),
  on('Deployed', 'False', 'Degraded'),
  on('Deployed', 'True', 'Healthy'),
)

export const argoChecks: Checks = {
  'argoproj.io/Rollout': rolloutHealth,
  'argoproj.io/AnalysisRun': firstOf(run),
  'argoproj.io/Experiment': firstOf(run),
  'argoproj.io/CronWorkflow': firstOf(
    on('SpecError', 'True', 'Degraded'),
    on('SubmissionError', 'True', 'Degraded'),
    () => ({ status: 'Healthy', message: '' }),
  ),
  'argoproj.io/EventBus': events,
  'argoproj.io/EventSource': events,
  'argoproj.io/Sensor': events,
  'argoproj.io/ApplicationSet': firstOf(
    on('ErrorOccurred', 'True', 'Degraded'),
    on('ResourcesUpToDate', 'False', 'Degraded'),
    on('RolloutProgressing', 'True', 'Progressing'),
    on('ResourcesUpToDate', 'True', 'Healthy'),
  ),
}
