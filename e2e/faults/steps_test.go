package faults_test

const failpointEnv = "GREENROOM_FAULTS_POINT"

func runFailpoint(string) int { return 1 }
