"""OpsService, which every service with a database serves: jobs, errors, the audit and its checkpoints, purges."""
