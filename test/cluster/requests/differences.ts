/** Requests that the sandbox answers otherwise, and why. A row whose request is answered alike must go. Data. */

export interface Difference {
  /** Matches the label of the request. */
  readonly of: RegExp
  readonly because: string
}

const WORDS = 'the same refusal in other words'
const GO_FIELD = 'the refusal names the field without the Go struct it is in'

export const differences: readonly Difference[] = [
  {
    of: /^POST .*"name":"x","resourceVersion":"5"/,
    because: 'the real server fails (500) where a refusal (400) is meant',
  },
  { of: /^POST \S+configmaps .*"metadata":"x"/, because: GO_FIELD },
  { of: /^POST \S+configmaps \{"a":\{"a":\{"a":/, because: 'nesting ends at 1,000 levels in place of 10,000' },
  { of: /^POST \S+ application\/yaml kind: ConfigMap\n/, because: WORDS },
  { of: /^PATCH \S+ application\/apply-patch\+yaml (?:a: \[|\[\])/, because: WORDS },
  { of: /^PATCH \S+ application\/apply-patch\+yaml .*"kind":"Deployment"/, because: WORDS },
  { of: /"a":"1","a":"2"/, because: 'a field twice is not noticed: the last counts' },
  { of: /fieldManager=a%07b/, because: WORDS },
  { of: /labelSelector=(?:a\+b|app\+in\+a|-x%3Dy|a%3D%3D%3Db|a\+in\+\(b|a,|a>b)$/, because: WORDS },
  { of: /continue=zzz/, because: WORDS },
  { of: /"\$setElementOrder":1/, because: 'a directive of no meaning is passed over' },
  { of: /^PUT \S+configmaps\/a .*"uid":"x"/, because: WORDS },
  { of: /^PUT \S+configmaps\/a \{\}/, because: WORDS },
  { of: /"ephemeralContainers":\[\{"name":"c"/, because: 'the names of all containers of a pod are not compared' },
  { of: /"spec":\{"nodeName":"x"\}/, because: 'a pod may be given a node by an update: the scheduler here does it so' },
]
