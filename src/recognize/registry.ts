/** All dialects, specific ones first: the first whose structure matches a document reads it. */

import { accelerate } from "./dialects/accelerate";
import { aiToolkit } from "./dialects/aiToolkit";
import { areal } from "./dialects/areal";
import { autoTrain } from "./dialects/autoTrain";
import { awsBatch, cloudFormation, hyperPodCli, parallelCluster, sageMaker } from "./dialects/aws";
import { axolotl } from "./dialects/axolotl";
import { azureMl } from "./dialects/azureMl";
import { deepspeed } from "./dialects/deepspeed";
import { diffusers } from "./dialects/diffusers";
import { dockerCompose } from "./dialects/dockerCompose";
import { dstack } from "./dialects/dstack";
import { fairseq } from "./dialects/fairseq";
import { generic } from "./dialects/generic";
import { gptNeox } from "./dialects/gptNeox";
import { helmValues } from "./dialects/helmValues";
import { axolotlCloud, beaker, cog, mcli, mlperfSystem, runPod } from "./dialects/hostedJobs";
import { huggingFaceConfig } from "./dialects/huggingFaceConfig";
import { inferenceEndpoint } from "./dialects/inferenceEndpoint";
import { dynamo, kaito, nimService, sparkApplication, vllmRuntime } from "./dialects/inferencePlatforms";
import { kohya } from "./dialects/kohya";
import { inferenceService, llmInferenceService } from "./dialects/kserve";
import { hyperPodJob, kubeflowJob, trainingRuntime, trainJob } from "./dialects/kubeflow";
import { kubernetesJob, kubernetesWorkload } from "./dialects/kubernetes";
import { eksctl, karpenter } from "./dialects/kubernetesCapacity";
import { wrappedResources } from "./dialects/kubernetesWrapped";
import { levanter } from "./dialects/levanter";
import { lingua } from "./dialects/lingua";
import { liteLlm } from "./dialects/liteLlm";
import { litgpt } from "./dialects/litgpt";
import { llamaFactory } from "./dialects/llamaFactory";
import { llmFoundry } from "./dialects/llmFoundry";
import { maxText } from "./dialects/maxText";
import { megatronArguments } from "./dialects/megatronArguments";
import { megatronBridge } from "./dialects/megatronBridge";
import { mlxLora } from "./dialects/mlxLora";
import { modelDimensions } from "./dialects/modelDimensions";
import { nanotron } from "./dialects/nanotron";
import { native } from "./dialects/native";
import { nemo } from "./dialects/nemo";
import { nemoAutomodel } from "./dialects/nemoAutomodel";
import { nemoRl } from "./dialects/nemoRl";
import { olmo } from "./dialects/olmo";
import { optimumBenchmark } from "./dialects/optimumBenchmark";
import { oumi } from "./dialects/oumi";
import { peftAdapter } from "./dialects/peftAdapter";
import { productionStack } from "./dialects/productionStack";
import { promptfoo } from "./dialects/promptfoo";
import { rayCluster, rayJob, rayService } from "./dialects/ray";
import { rayServeLlm } from "./dialects/rayServeLlm";
import { roll } from "./dialects/roll";
import { sglang } from "./dialects/sglang";
import { simpleTuner } from "./dialects/simpleTuner";
import { skypilot } from "./dialects/skypilot";
import { skyRl } from "./dialects/skyRl";
import { slurm } from "./dialects/slurm";
import { swift } from "./dialects/swift";
import { tensorRtLlm } from "./dialects/tensorRtLlm";
import { torchtune } from "./dialects/torchtune";
import { trl } from "./dialects/trl";
import { truss } from "./dialects/truss";
import { unsloth } from "./dialects/unsloth";
import { verl } from "./dialects/verl";
import { vertexAi } from "./dialects/vertexAi";
import { latentDiffusion, yacs } from "./dialects/visionTraining";
import { vllm } from "./dialects/vllm";
import { disaggregatedSet, jobSet, leaderWorkerSet, roleBasedGroup, volcanoJob } from "./dialects/workerGroups";
import type { Dialect } from "./recognized";

const kubernetesFamily: readonly Dialect[] = [
  kubernetesWorkload,
  kubernetesJob,
  kubeflowJob,
  trainJob,
  trainingRuntime,
  hyperPodJob,
  rayCluster,
  rayJob,
  rayService,
  leaderWorkerSet,
  disaggregatedSet,
  jobSet,
  volcanoJob,
  inferenceService,
  llmInferenceService,
  dynamo,
  roleBasedGroup,
  vllmRuntime,
  nimService,
  kaito,
  sparkApplication,
  karpenter,
  eksctl,
];

export const dialects: readonly Dialect[] = [
  native,
  // Kubernetes and what runs on it
  ...kubernetesFamily,
  wrappedResources(kubernetesFamily),
  productionStack,

  // launchers and infrastructure
  skypilot,
  dstack,
  dockerCompose,
  accelerate,
  mcli,
  beaker,
  axolotlCloud,
  runPod,
  inferenceEndpoint,
  cog,
  mlperfSystem,
  azureMl,
  sageMaker,
  hyperPodCli,
  awsBatch,
  cloudFormation,
  parallelCluster,
  vertexAi,
  truss,

  // trainers
  autoTrain,
  axolotl,
  llamaFactory,
  torchtune,
  oumi,
  olmo,
  llmFoundry,
  nemoAutomodel,
  nemoRl,
  nemo,
  megatronArguments,
  megatronBridge,
  verl,
  areal,
  skyRl,
  roll,
  litgpt,
  nanotron,
  lingua,
  levanter,
  maxText,
  unsloth,
  aiToolkit,
  kohya,
  simpleTuner,
  mlxLora,
  fairseq,
  gptNeox,
  swift,
  trl,
  latentDiffusion,
  yacs,
  optimumBenchmark,
  deepspeed,

  // serving
  rayServeLlm,
  liteLlm,
  promptfoo,
  tensorRtLlm,
  sglang,
  vllm,

  // models
  diffusers,
  peftAdapter,
  huggingFaceConfig,
  modelDimensions,

  // no format of their own
  slurm,
  helmValues,
  generic,
];
