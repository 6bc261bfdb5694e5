import { serve } from "@outrigger/worker-sdk";
import { docsPlugin } from "./docs-plugin.js";

serve(docsPlugin());
