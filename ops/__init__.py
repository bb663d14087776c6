"""OpsService, which every service with a database serves: jobs, errors, the audit, its checkpoints, purges, exports."""
