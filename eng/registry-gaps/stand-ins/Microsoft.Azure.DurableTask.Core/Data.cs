#nullable disable

namespace DurableTask.Core
{
    public sealed class ContinueAsNewOptions
    {
        public ContinueAsNewTraceBehavior TraceBehavior { get; set; }
    }

    public enum ContinueAsNewTraceBehavior
    {
        PreserveTraceContext = 0,
        StartNewTrace = 1,
    }

    public class PurgeResult
    {
        public PurgeResult(int deletedInstanceCount) => DeletedInstanceCount = deletedInstanceCount;

        public PurgeResult(int deletedInstanceCount, bool? isComplete)
        {
            DeletedInstanceCount = deletedInstanceCount;
            IsComplete = isComplete;
        }

        public int DeletedInstanceCount { get; }

        public bool? IsComplete { get; }
    }
}
