import { posternApp } from "./postern-app.ts";

posternApp().app.synth();
