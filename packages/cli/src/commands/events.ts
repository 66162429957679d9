import { eventPrinter } from "@reprise/printer";
import type { Command } from "commander";
