/** Status of pods and machines as kwok's templates (Go templates that give YAML). Pure. */

export interface ContainerState {
  readonly ready: boolean
  readonly restarts: number
  /** The one member of `state`, in YAML's flow style. */
  readonly state: string
  /** `lastState: ...`, or nothing. */
  readonly last?: string
}

/** The whole status of a pod whose containers are all in the same state. */
export function podStatus(phase: string, container: ContainerState): string {
  return [
    `phase: ${phase}`,
    'hostIP: {{ NodeIPWith .spec.nodeName | Quote }}',
    'podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}',
    'startTime: {{ or .status.startTime Now | Quote }}',
    podConditions(
      container.ready,
      phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : undefined,
    ),
    containerStatuses(container),
    initContainerStatuses,
  ].join('\n')
}

/** Merged by type, so PodScheduled stays what the scheduler wrote. */
export function podConditions(ready: boolean, why = ready ? undefined : 'ContainersNotReady'): string {
  const condition = (type: string, status: boolean, reason?: string) => [
    `- type: ${type}`,
    `  status: "${status ? 'True' : 'False'}"`,
    '  lastTransitionTime: {{ Now | Quote }}',
    ...(reason === undefined ? [] : [`  reason: ${reason}`]),
  ]
  return [
    'conditions:',
    ...condition('Initialized', true),
    ...condition('Ready', ready, why),
    ...condition('ContainersReady', ready, why),
    // Whoever defines a gate is not here to open it.
    '{{ range .spec.readinessGates }}',
    '- type: {{ .conditionType | Quote }}',
    '  status: "True"',
    '  lastTransitionTime: {{ Now | Quote }}',
    '{{ end }}',
  ].join('\n')
}

export function containerStatuses(container: ContainerState): string {
  return [
    'containerStatuses:',
    '{{ range .spec.containers }}',
    '- name: {{ .name | Quote }}',
    '  image: {{ .image | Quote }}',
    '  imageID: ""',
    `  ready: ${container.ready}`,
    `  started: ${container.state.startsWith('running')}`,
    `  restartCount: ${container.restarts}`,
    `  state: { ${container.state} }`,
    ...(container.last === undefined ? [] : [`  ${container.last}`]),
    '{{ end }}',
  ].join('\n')
}

const initContainerStatuses = [
  '{{ if .spec.initContainers }}',
  'initContainerStatuses:',
  '{{ range .spec.initContainers }}',
  '- name: {{ .name | Quote }}',
  '  image: {{ .image | Quote }}',
  '  imageID: ""',
  '  ready: true',
  '  restartCount: 0',
  '  {{ if eq ( or .restartPolicy "" ) "Always" }}',
  '  started: true',
  '  state: { running: { startedAt: {{ Now | Quote }} } }',
  '  {{ else }}',
  '  started: false',
  '  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }} } }',
  '  {{ end }}',
  '{{ end }}',
  '{{ end }}',
].join('\n')

const room = '{ cpu: 1k, memory: 1Ti, pods: 10k, ephemeral-storage: 1Ti }'

/** The kubelet's word is kept alive by kwok's leases. */
export const machineStatus = [
  'conditions:',
  '{{ range NodeConditions }}',
  '- type: {{ .type | Quote }}',
  '  status: {{ .status | Quote }}',
  '  reason: {{ .reason | Quote }}',
  '  message: {{ .message | Quote }}',
  '  lastHeartbeatTime: {{ Now | Quote }}',
  '  lastTransitionTime: {{ Now | Quote }}',
  '{{ end }}',
  'addresses:',
  '- { type: InternalIP, address: {{ NodeIP | Quote }} }',
  '- { type: Hostname, address: {{ NodeName | Quote }} }',
  `allocatable: ${room}`,
  `capacity: ${room}`,
].join('\n')
