// The table of rules. Order is the order of the messages.
import { approvalsArePossible } from './approvals-are-possible.ts';
import { bindingsFitContracts } from './bindings-fit-contracts.ts';
import { branchesCanBeTaken } from './branches-can-be-taken.ts';
import { cachesArePossible } from './caches-are-possible.ts';
import { childRunsArePossible } from './child-runs-are-possible.ts';
import { choicesHaveAValue } from './choices-have-a-value.ts';
import { compensationsFit } from './compensations-fit.ts';
import { computeIsPossible } from './compute-is-possible.ts';
import { conditionsOfStartsArePossible } from './conditions-of-starts-are-possible.ts';
import { eventTriggersArePossible } from './event-triggers-are-possible.ts';
import { idsAreUnique } from './ids-are-unique.ts';
import { itemsStayInTheirMap } from './items-stay-in-their-map.ts';
import { keyTemplatesAreClear } from './key-templates-are-clear.ts';
import { limitsOfRunsArePossible } from './limits-of-runs-are-possible.ts';
import { mapOptionsArePossible } from './map-options-are-possible.ts';
import { mapsTakeLists } from './maps-take-lists.ts';
import { namesArePlain } from './names-are-plain.ts';
import { pipelineNamesAreUnique } from './pipeline-names-are-unique.ts';
import { pipelinesFormNoCycle } from './pipelines-form-no-cycle.ts';
import { pipelinesHaveStages } from './pipelines-have-stages.ts';
import { poolsArePossible } from './pools-are-possible.ts';
import { reducesAreOfMaps } from './reduces-are-of-maps.ts';
import { refsExist } from './refs-exist.ts';
import { refsStayInScope } from './refs-stay-in-scope.ts';
import { rowsArePossible } from './rows-are-possible.ts';
import type { Rule } from './rule.ts';
import { schedulesArePossible } from './schedules-are-possible.ts';
import { serviceCallsArePossible } from './service-calls-are-possible.ts';
import { stageLimitsArePossible } from './stage-limits-are-possible.ts';
import { stagesFormNoCycle } from './stages-form-no-cycle.ts';
import { standInsFit } from './stand-ins-fit.ts';
import { upstreamsAreKnown } from './upstreams-are-known.ts';
import { upstreamsFit } from './upstreams-fit.ts';
import { waitsArePossible } from './waits-are-possible.ts';

export const rules: readonly Rule[] = [
  idsAreUnique,
  namesArePlain,
  stagesFormNoCycle,
  pipelinesFormNoCycle,
  refsExist,
  bindingsFitContracts,
  refsStayInScope,
  pipelineNamesAreUnique,
  mapsTakeLists,
  mapOptionsArePossible,
  rowsArePossible,
  reducesAreOfMaps,
  stageLimitsArePossible,
  computeIsPossible,
  cachesArePossible,
  poolsArePossible,
  upstreamsAreKnown,
  upstreamsFit,
  itemsStayInTheirMap,
  pipelinesHaveStages,
  keyTemplatesAreClear,
  schedulesArePossible,
  limitsOfRunsArePossible,
  eventTriggersArePossible,
  conditionsOfStartsArePossible,
  branchesCanBeTaken,
  choicesHaveAValue,
  standInsFit,
  compensationsFit,
  waitsArePossible,
  approvalsArePossible,
  childRunsArePossible,
  serviceCallsArePossible,
];
